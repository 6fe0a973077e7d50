"""Applications from PyPI compared with themselves, by requests that nobody wrote.

    python -m studies.unwritten [NAME...] [--runs 3] --file FILE

compares each application of `unwritten.toml` on one stack with itself, as `diff --app` without
`--requests` does. Every difference is a false one, and the share of operations that got a 2xx
response is what such requests reach. A run is a line of JSON, appended to FILE; a later call goes
on from there. The table at the end is Markdown, of all runs in FILE.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from studies.real_apps import user_folder
from studies.self_compared import Run, Study, compared, main

APPLICATIONS = Path(__file__).with_suffix(".toml")
HEADINGS = (
    "application", "what it is", "runs", "requests", "operations", "reached with 2xx",
    "not reached", "differing", "not compared", "seconds a run",
)  # fmt: skip


def run(application: Mapping[str, Any], folder: Path) -> Run:
    folder.mkdir(parents=True, exist_ok=True)
    user_folder(application["files"], folder)
    found, report = compared(application, folder, ["--no-cause"])
    if report is None:
        return found
    reached = report["reached"] or {"operations": 0, "missed": []}
    return found | {"operations": reached["operations"], "missed": reached["missed"]}


def table(found: Iterable[Run], applications: Mapping[str, Any]) -> Iterator[str]:
    """Markdown: a row for each application."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * 4} --- |{' ---: |' * 3}"
    every = list(found)
    for name in dict.fromkeys(run["application"] for run in every):
        yield _row(applications[name], [run for run in every if run["application"] == name])


def _row(application: Mapping[str, Any], those: Sequence[Run]) -> str:
    whole = [run for run in those if run.get("operations")]
    operations = sum(run["operations"] for run in whole)
    reached = operations - sum(len(run["missed"]) for run in whole)
    cells = (
        application["stack"].partition(",")[0],
        application["what"],
        len(those),
        median(run["requests"] for run in whole) if whole else 0,
        median(run["operations"] for run in whole) if whole else 0,
        f"{100 * reached / operations:.0f} %" if operations else "-",
        application["missing"] or "-",
        sum(run.get("differing", 0) for run in those),
        sum(len(run.get("not_compared", ())) for run in those),
        f"{median(run['seconds'] for run in those):.0f}",
    )
    return f"| {' | '.join(map(str, cells))} |"


def is_false(run: Run) -> bool:
    """Whether a run says that a stack differs from itself, or compared nothing."""
    return bool(run.get("differing") or not run.get("requests"))


STUDY = Study(str(__doc__), APPLICATIONS, 3, run, table, is_false)

if __name__ == "__main__":
    sys.exit(main(STUDY))

"""Applications from PyPI compared with themselves, by requests that nobody wrote.

    python -m studies.unwritten [NAME...] [--runs 3] --file FILE

compares each application of `unwritten.toml` on one stack with itself, as `diff --app` without
`--requests` does. Every difference is a false one, and the share of operations that got a 2xx
response is what such requests reach. A run is a line of JSON, appended to FILE; a later call goes
on from there. The table at the end is Markdown, of all runs in FILE.
"""

import argparse
import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from starlette_conformance.__main__ import main as starlette_conformance
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.output.printing import write_line
from studies.real_apps import user_folder

APPLICATIONS = Path(__file__).with_suffix(".toml")
HEADINGS = (
    "application", "what it is", "runs", "requests", "operations", "reached with 2xx",
    "not reached", "differing", "not compared", "seconds a run",
)  # fmt: skip


def compare(application: Mapping[str, Any], folder: Path, report: Path) -> dict[str, Any]:
    """One run: what came of a stack compared with itself."""
    stack = application["stack"]
    words = ["--cwd", str(folder), "--no-cause", "--json", str(report)]
    began = time.monotonic()
    report.unlink(missing_ok=True)
    code = starlette_conformance(["diff", "-q", stack, stack, *words, *application["options"]])
    run: dict[str, Any] = {"exit": code, "seconds": time.monotonic() - began}
    if report.exists():
        found = json.loads(report.read_text("utf-8"))
        run |= {
            "requests": sum(found["statuses"]["older"].values()) if found["statuses"] else 0,
            "operations": found["reached"]["operations"] if found["reached"] else 0,
            "missed": found["reached"]["missed"] if found["reached"] else [],
            "differing": found["counts"]["differing"],
            "not_compared": found["not_compared"],
            "differences": [
                [each["app"], left["where"], left["before"], left["after"]]
                for group in (*found["unexplained"], *found["explained"])
                for each in group["exchanges"]
                for left in each["remaining"]
            ],
        }
    return run


def runs(
    names: Sequence[str],
    applications: Mapping[str, Any],
    number: int,
    done: Iterable[Mapping[str, Any]],
    base: Path,
) -> Iterator[dict[str, Any]]:
    """The runs that are still to be made, up to `number` of each application, in turn."""
    made = Counter(run["application"] for run in done)
    for count in range(1, number + 1):
        for name in (name for name in names if made[name] < count):
            (base / name).mkdir(parents=True, exist_ok=True)
            folder, _ = user_folder(applications[name]["files"], base / name)
            run = compare(applications[name], folder, base / f"{name}.diff.json")
            made[name] += 1
            yield {"application": name, **run}


def table(found: Iterable[Mapping[str, Any]], applications: Mapping[str, Any]) -> Iterator[str]:
    """Markdown: a row for each application."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * 4} --- |{' ---: |' * 3}"
    every = list(found)
    for name in dict.fromkeys(run["application"] for run in every):
        yield _row(applications[name], [run for run in every if run["application"] == name])


def _row(application: Mapping[str, Any], those: Sequence[Mapping[str, Any]]) -> str:
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


def is_false(run: Mapping[str, Any]) -> bool:
    """Whether a run says that a stack differs from itself, or compared nothing."""
    return bool(run.get("differing") or not run.get("requests"))


def main(arguments: Sequence[str] | None = None) -> int:
    applications = tomllib.loads(APPLICATIONS.read_text("utf-8"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(applications))
    parser.add_argument("--runs", type=int, default=3, help="of each application (3)")
    parser.add_argument("--file", type=Path, required=True, help="where the runs are, and go")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - applications.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not in {APPLICATIONS.name}")
    file = options.file
    found = records(file, dict[str, Any], "runs")
    names, base = options.names or [*applications], file.with_suffix(".folders")
    for run in runs(names, applications, options.runs, list(found), base):
        found.append(run)
        with appending(file) as out:
            out.write(f"{json.dumps(run)}\n")
    for line in table(found, applications):
        write_line(line)
    return int(any(map(is_false, found)))


if __name__ == "__main__":
    sys.exit(main())

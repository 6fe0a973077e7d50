"""Real applications compared with themselves: every difference that `diff` finds is a false one.

    python -m studies.real_apps [NAME...] [--runs 20] --file FILE

compares each application of `real_apps.toml` on one stack with itself, so many times, each time as
`diff --app` does. A run is a line of JSON, appended to FILE; a later call goes on from there. All
runs of an application have one folder, beside FILE: it is compared byte for byte, with modes and
times, with what it was before the first. The table at the end is Markdown, of all runs in FILE.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from studies.self_compared import Run, Study, compared, main

APPLICATIONS = Path(__file__).with_suffix(".toml")
SHARE = 0.9
"""Of the requests of a green run, that do what was recorded at the least."""
HEADINGS = (
    "application", "brings along", "runs", "requests", "bound values", "did what was recorded",
    "differing", "not compared", "explained", "accepted", "exit codes", "seconds a run", "folder",
)  # fmt: skip


def state(folder: Path) -> dict[str, list[Any]]:
    """Each path below a folder, with its mode, its time and a digest of its content."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        content = path.read_bytes() if path.is_file() else b""
        status = path.lstat()
        key = str(path.relative_to(folder))
        found[key] = [status.st_mode, status.st_mtime_ns, sha256(content).hexdigest()]
    return found


def run(application: Mapping[str, Any], folder: Path) -> Run:
    _, before = user_folder(application["files"], folder)
    requests = ["--requests", str(folder / "requests.http")]
    found, report = compared(application, folder, requests)
    if report is not None:
        found |= {
            "replayed": report["replayed"],
            "explained": report["counts"]["differing"] - report["counts"]["unexplained"],
            "accepted": len(report["accepted"]),
        }
    return found | {"kept": state(folder) == before}


def user_folder(files: Mapping[str, str], folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of an application, made once, and its state then."""
    saved = folder.with_suffix(".state.json")
    if not saved.exists():
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        saved.write_text(json.dumps(state(folder)), "utf-8")
    return folder, json.loads(saved.read_text("utf-8"))


def table(found: Iterable[Run], applications: Mapping[str, Any]) -> Iterator[str]:
    """Markdown: a row for each application, and one for all."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * (len(HEADINGS) - 2)}"
    every = list(found)
    for name in dict.fromkeys(run["application"] for run in every):
        those = [run for run in every if run["application"] == name]
        stack = applications[name]["stack"].partition(",")[0]
        yield _row(stack, applications[name]["brings"], those)
    yield _row("all", "", every)


def _row(name: str, brings: str, those: Sequence[Run]) -> str:
    whole = [run for run in those if run.get("replayed")]
    recorded, unlike, bound = (
        sum(run["replayed"][key] for run in whole) for key in ("recorded", "unlike", "bound")
    )
    codes = [run["exit"] for run in those]
    cells = (
        name,
        brings,
        len(those),
        sum(run["requests"] for run in whole),
        bound,
        f"{100 * (recorded - unlike) / recorded:.1f} %" if recorded else "-",
        sum(run["differing"] for run in whole),
        sum(len(run["not_compared"]) for run in whole),
        sum(run["explained"] for run in whole),
        sum(run["accepted"] for run in whole),
        ", ".join(f"{codes.count(code)} × {code}" for code in sorted(set(codes))),
        f"{median(run['seconds'] for run in those):.1f}",
        "as it was" if all(run["kept"] for run in those) else "WRITTEN TO",
    )
    return f"| {' | '.join(map(str, cells))} |"


def is_false(run: Run) -> bool:
    """Whether a run says that a stack differs from itself, or is green and should not be."""
    did = run.get("replayed") or {"recorded": 0, "unlike": 0}
    unlike = did["recorded"] - did["unlike"] < SHARE * did["recorded"]
    return bool(run["exit"] or run.get("differing") or unlike or not run["kept"])


STUDY = Study(str(__doc__), APPLICATIONS, 20, run, table, is_false)

if __name__ == "__main__":
    sys.exit(main(STUDY))

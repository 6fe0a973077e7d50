"""Real applications compared with themselves: every difference that `diff` finds is a false one.

    python -m studies.real_apps [NAME...] [--runs 20] --file FILE

compares each application of `real_apps.toml` on one stack with itself, so many times, each time as
`diff --app` does. A run is a line of JSON, appended to FILE; a later call goes on from there. All
runs of an application have one folder, beside FILE: it is compared byte for byte, with modes and
times, with what it was before the first. The table at the end is Markdown, of all runs in FILE.
"""

import argparse
import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from starlette_conformance.__main__ import main as starlette_conformance
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.output.printing import write_line

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


def compare(application: Mapping[str, Any], folder: Path, report: Path) -> dict[str, Any]:
    """One run: what came of a stack compared with itself."""
    stack = application["stack"]
    words = ["--cwd", str(folder), "--requests", str(folder / "requests.http"), "--json"]
    began = time.monotonic()
    report.unlink(missing_ok=True)
    code = starlette_conformance(
        ["diff", "-q", stack, stack, *words, str(report), *application["options"]]
    )
    run: dict[str, Any] = {"exit": code, "seconds": time.monotonic() - began}
    if report.exists():
        found = json.loads(report.read_text("utf-8"))
        groups = (*found["unexplained"], *found["explained"])
        run |= {
            "requests": sum(found["statuses"]["older"].values()) if found["statuses"] else 0,
            "replayed": found["replayed"],
            "differing": found["counts"]["differing"],
            "explained": found["counts"]["differing"] - found["counts"]["unexplained"],
            "accepted": len(found["accepted"]),
            "not_compared": found["not_compared"],
            "differences": [
                [each["app"], left["where"], left["before"], left["after"]]
                for group in groups
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
            folder, before = user_folder(applications[name]["files"], base / name)
            run = compare(applications[name], folder, base / f"{name}.diff.json")
            made[name] += 1
            yield {"application": name, "kept": state(folder) == before, **run}


def user_folder(files: Mapping[str, str], folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of an application, made once, and its state then."""
    saved = folder.with_suffix(".state.json")
    if not saved.exists():
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        saved.write_text(json.dumps(state(folder)), "utf-8")
    return folder, json.loads(saved.read_text("utf-8"))


def table(found: Iterable[Mapping[str, Any]], applications: Mapping[str, Any]) -> Iterator[str]:
    """Markdown: a row for each application, and one for all."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"| --- | --- |{' ---: |' * (len(HEADINGS) - 2)}"
    every = list(found)
    for name in dict.fromkeys(run["application"] for run in every):
        those = [run for run in every if run["application"] == name]
        stack = applications[name]["stack"].partition(",")[0]
        yield _row(stack, applications[name]["brings"], those)
    yield _row("all", "", every)


def _row(name: str, brings: str, those: Sequence[Mapping[str, Any]]) -> str:
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


def is_false(run: Mapping[str, Any]) -> bool:
    """Whether a run says that a stack differs from itself, or is green and should not be."""
    did = run.get("replayed") or {"recorded": 0, "unlike": 0}
    unlike = did["recorded"] - did["unlike"] < SHARE * did["recorded"]
    return bool(run["exit"] or run.get("differing") or unlike or not run["kept"])


def main(arguments: Sequence[str] | None = None) -> int:
    applications = tomllib.loads(APPLICATIONS.read_text("utf-8"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(applications))
    parser.add_argument("--runs", type=int, default=20, help="of each application (20)")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no run after so many")
    parser.add_argument("--file", type=Path, required=True, help="where the runs are, and go")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - applications.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not in {APPLICATIONS.name}")
    began, file = time.monotonic(), options.file
    found = records(file, dict[str, Any], "runs")
    names, base = options.names or [*applications], file.with_suffix(".folders")
    for run in runs(names, applications, options.runs, list(found), base):
        found.append(run)
        with appending(file) as out:
            out.write(f"{json.dumps(run)}\n")
        if time.monotonic() - began > options.seconds:
            break
    for line in table(found, applications):
        write_line(line)
    return int(any(map(is_false, found)))


if __name__ == "__main__":
    sys.exit(main())

"""Applications compared with themselves, so many times each: what the studies of it share.

A run is a line of JSON, appended to a file as it ends; a later call goes on from there.
"""

import argparse
import json
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette_conformance.__main__ import main as starlette_conformance
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.output.printing import write_line
from studies.running import read_diff

Run = dict[str, Any]


@dataclass(frozen=True)
class Study:
    """`runs` are made of each application of the file `applications`, by `run` in a folder; `table`
    has rows of all, and `is_false` says whether one is green and should not be, or red.
    """

    description: str
    applications: Path
    runs: int
    run: Callable[[Mapping[str, Any], Path], Run]
    table: Callable[[Iterable[Run], Mapping[str, Any]], Iterable[str]]
    is_false: Callable[[Run], bool]


def compared(
    application: Mapping[str, Any], folder: Path, words: Sequence[str]
) -> tuple[Run, dict[str, Any] | None]:
    """What came of a stack compared with itself, and the whole report, if there is one."""
    stack, report = application["stack"], folder.with_name(f"{folder.name}.diff.json")
    words = [*words, "--cwd", str(folder), "--json", str(report), *application["options"]]
    began = time.monotonic()
    report.unlink(missing_ok=True)
    code = starlette_conformance(["diff", "-q", stack, stack, *words])
    run: Run = {"exit": code, "seconds": time.monotonic() - began}
    found = read_diff(report)
    if found is None:
        return run, None
    return run | {
        "requests": sum(found["statuses"]["older"].values()) if found["statuses"] else 0,
        "differing": found["counts"]["differing"],
        "not_compared": found["not_compared"],
        "differences": [
            [each["app"], left["where"], left["before"], left["after"]]
            for group in (*found["unexplained"], *found["explained"])
            for each in group["exchanges"]
            for left in each["remaining"]
        ],
    }, found


def main(study: Study, arguments: Sequence[str] | None = None) -> int:
    applications = tomllib.loads(study.applications.read_text("utf-8"))
    parser = argparse.ArgumentParser(
        description=study.description, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(applications))
    often = f"of each application ({study.runs})"
    parser.add_argument("--runs", type=int, default=study.runs, help=often)
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no run after so many")
    parser.add_argument("--file", type=Path, required=True, help="where the runs are, and go")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - applications.keys():
        parser.error(f"{', '.join(sorted(unknown))}: not in {study.applications.name}")
    began, file = time.monotonic(), options.file
    found = records(file, Run, "runs")
    for name in _left(options.names or applications, options.runs, found):
        run = study.run(applications[name], file.with_suffix(".folders") / name)
        found.append({"application": name, **run})
        with appending(file) as out:
            out.write(f"{json.dumps(found[-1])}\n")
        if time.monotonic() - began > options.seconds:
            break
    for line in study.table(found, applications):
        write_line(line)
    return int(any(map(study.is_false, found)))


def _left(names: Iterable[str], number: int, done: Iterable[Run]) -> Iterator[str]:
    """Of what a run is still to be made, up to `number` of each application, in turn."""
    made = Counter(run["application"] for run in done)
    for count in range(1, number + 1):
        yield from (name for name in dict.fromkeys(names) if made[name] < count)

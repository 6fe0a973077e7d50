"""What `diff` says between neighbouring releases: is every change that the ledger names mentioned?

    python -m studies.neighbours PACKAGE... [--pairs 30] [--with REQUIREMENTS] [--file FILE]

compares the releases of an axis of specs/stacks.toml, two neighbours at a time, those first between
which a change lies, and then the newest. Each pair is a line of JSON, in FILE too, and pairs that
stand there already are not compared again. The table at the end counts by package: changes that
lie between (once for each pair), those that a response or a scenario shows, those that stand under
"not compared here", those of which nothing is said, and responses that nobody explains.
"""

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from packaging.version import Version
from rich.console import Console
from rich.table import Table

from starlette_conformance.model.changes import Change
from starlette_conformance.output.console import console
from starlette_conformance.output.jsonlines import appending, records
from starlette_conformance.stacks.project import catalogue, ledger
from studies.running import COMMAND, finished, read_diff

HEADINGS = ("package", "pairs", "changes", "shown", "not compared here", "missed", "unexplained")
DONE = "exit"
"""What the line of a pair has that could be compared; one that could not is compared again."""


def pairs(package: str, number: int) -> list[tuple[str, str]]:
    """Neighbouring releases: those with a change between them first, the newest of each first."""
    known = next(axis for axis in catalogue().axes.values() if package in axis.vary)
    neighbours = list(itertools.pairwise(known.vary[package]))[::-1]
    return sorted(neighbours, key=lambda pair: not between(package, *pair))[:number]


def between(package: str, older: str, newer: str) -> set[str]:
    """The names of the changes that only one of two releases has."""

    def lies(change: Change) -> bool:
        return change.holds_in(Version(older)) != change.holds_in(Version(newer))

    changes = ledger().changes.items()
    return {name for name, change in changes if change.package == package and lies(change)}


def line(package: str, older: str, newer: str, diff: dict[str, Any]) -> dict[str, Any]:
    """What a diff as data says of the changes between two releases."""
    wanted = between(package, older, newer)
    shown = {group["name"] for group in diff["explained"]}
    listed = {change["name"] for change in diff["not_shown"]}
    return {
        "package": package,
        "older": older,
        "newer": newer,
        "shown": sorted(wanted & shown),
        "not compared here": sorted(wanted & listed - shown),
        "missed": sorted(wanted - shown - listed),
        "unexplained": [group["name"] for group in diff["unexplained"]],
        "seconds": round(diff["seconds"], 1),
    }


def compared(package: str, older: str, newer: str, **more: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        stacks = [",".join([f"{package}=={version}", *more.values()]) for version in (older, newer)]
        file = Path(folder) / "diff.json"
        command = [*COMMAND, "diff", "--fresh", *stacks, "--json", str(file)]
        status, output = finished(command, Path(folder))
        found = read_diff(file)
        if found is None:
            said = {"package": package, "older": older, "newer": newer, "failed": output[-300:]}
            return said | more
        return line(package, older, newer, found) | more | {DONE: status}


def table(lines: Iterable[dict[str, Any]]) -> Table:
    """The counts by package. A pair that could not be compared is none."""
    found = Table(*HEADINGS)
    done = [each for each in lines if DONE in each]
    for package in dict.fromkeys(each["package"] for each in done):
        those = [each for each in done if each["package"] == package]
        counts = [sum(len(each[key]) for each in those) for key in HEADINGS[3:]]
        found.add_row(*map(str, (package, len(those), sum(counts[:3]), *counts)))
    return found


def _run(
    packages: Sequence[str], number: int, beside: str, file: Path | None, output: Console
) -> int:
    more = {"with": beside} if beside else {}
    known = records(file, dict[str, Any], "pairs") if file else []

    def lines() -> Iterator[dict[str, Any]]:
        for package in packages:
            for older, newer in pairs(package, number):
                key = {"package": package, "older": older, "newer": newer, **more}
                there = [
                    each
                    for each in known
                    if key.items() <= each.items() and ("with" in each) == bool(more)
                    if DONE in each
                ]
                found = there[0] if there else compared(**key)
                output.print(json.dumps(found), soft_wrap=True, markup=False, highlight=False)
                if file and not there:
                    with appending(file) as opened:
                        opened.write(json.dumps(found) + "\n")
                yield found

    done = list(lines())
    output.print(table(done))
    return int(any(DONE not in each or each["missed"] or each["unexplained"] for each in done))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", nargs="+")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--with", dest="beside", default="", help="what both have as well")
    parser.add_argument("--file", type=Path, help="what was compared, and will be")
    options = parser.parse_args(arguments)
    if options.file:
        options.file.touch()
    return _run(options.package, options.pairs, options.beside, options.file, console())


if __name__ == "__main__":
    sys.exit(main())

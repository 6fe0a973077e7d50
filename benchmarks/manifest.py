"""Which benchmarks there are, and whether a run measured them all.

pytest-benchmark compares what it finds on both sides, and is content where a benchmark was
renamed, deleted, skipped or not measured. So `manifest.txt` names each, and a run that compares
must have measured every one of them, and every one of the file that it compares with, but for what
the user deselected, as by `-k`.

A benchmark's full name is that of its test with its stack in brackets:
`benchmarks/test_requests.py::test_hello[latest]`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = Path(__file__).with_name("manifest.txt")

Benchmark = Mapping[str, Any]
"""A benchmark as it stands in pytest-benchmark's files."""


def manifest() -> list[str]:
    return MANIFEST.read_text("utf-8").split()


def parts(fullname: str) -> tuple[str, str]:
    """The name of the test, and the stack; "" where none is named."""
    name, _, rest = fullname.partition("[")
    return name, rest.removesuffix("]")


@dataclass
class Run:
    """What was selected in a run, and what it measured.

    `compared` holds by file what is in it, by full name; `compares` and `fails` say whether
    --benchmark-compare and --benchmark-compare-fail were given. `deselected` has the full names
    that the user left out. `names` are full names that stand in for the manifest's.
    """

    stacks: list[str]
    compares: bool = False
    fails: bool = False
    compared: Mapping[str, Mapping[str, Benchmark]] = field(default_factory=dict)
    measured: set[str] = field(default_factory=set)
    deselected: set[str] = field(default_factory=set)
    names: list[str] | None = None

    def faults(self) -> list[str]:
        """A sentence on each thing that makes the run worthless, or a part of it."""
        if not self.measured:
            return ["no benchmark was measured: all were left out, skipped, disabled or failed"]
        if not self.compares and not self.fails:
            return []
        if not any(self.compared.values()):
            return [
                "nothing was compared: there are no saved benchmarks that --benchmark-compare means"
            ]
        names = self.names
        if names is None:
            names = [f"{name}[{stack}]" for stack in self.stacks for name in manifest()]
        wanted = dict.fromkeys(names, MANIFEST.name if self.names is None else "--requests")
        for path, benchmarks in self.compared.items():
            wanted = dict.fromkeys(benchmarks, Path(path).name) | wanted
        faults = [
            f"{name} was not measured, and {where} has it"
            for name, where in wanted.items()
            if name not in self.measured | self.deselected
        ]
        if self.fails:
            faults += [
                f"{name} was compared with nothing: {Path(path).name} does not have it"
                for path, benchmarks in self.compared.items()
                for name in sorted(self.measured - benchmarks.keys())
            ]
        return faults


def across(
    compared: Mapping[str, Mapping[str, Benchmark]], stacks: list[str]
) -> dict[str, dict[str, Benchmark]]:
    """What a run compares with, under the names of the run.

    A benchmark is compared with that of its own stack. Only where the run has one stack, and the
    file has one, they are compared with each other whatever they are.
    """
    return {path: _renamed(benchmarks, stacks) for path, benchmarks in compared.items()}


def _renamed(benchmarks: Mapping[str, Benchmark], stacks: list[str]) -> dict[str, Benchmark]:
    theirs = {parts(fullname)[1] for fullname in benchmarks}
    if len(stacks) != 1 or len(theirs) != 1 or theirs == {""}:
        return dict(benchmarks)
    return {
        f"{parts(fullname)[0]}[{stacks[0]}]": _shown_as_saved(benchmark)
        for fullname, benchmark in benchmarks.items()
    }


def _shown_as_saved(benchmark: Benchmark) -> Benchmark:
    """pytest-benchmark shows a saved benchmark by the name of the run's, save for its `stats`."""
    names = {key: benchmark[key] for key in ("name", "fullname")}
    return {**benchmark, "stats": {**benchmark["stats"], **names}}


def not_in_manifest(fullnames: Iterable[str]) -> list[str]:
    return sorted({parts(fullname)[0] for fullname in fullnames} - set(manifest()))

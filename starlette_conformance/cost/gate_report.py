"""What a gate ends with: the verdict, its exit code, and the figures in a file."""

import math
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from starlette_conformance.cost.attribution import Contributor
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_brief import Row, print_brief, verdict
from starlette_conformance.cost.gate_table import VERDICT, print_findings, sentence
from starlette_conformance.diff.comparable import unlike
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.result import KnownCause, Result
from starlette_conformance.output.verbosity import verbose
from starlette_conformance.runs.rerun_commands import made_of
from starlette_conformance.stacks import pages

SCHEMA = 2
WIDTH = 120
"""Columns of the whole, where it is kept as a file."""
NAMED = 3
"""Functions of a benchmark that are causes."""


def check_budget(percent: float) -> None:
    """Raises UsageError."""
    if not 0 < percent < math.inf:
        raise UsageError(f"--budget {percent:g}: a percentage above 0 is needed")


@dataclass(frozen=True)
class Report:
    """`stacks` are OLD and NEW, and `command` gates them once more. `causes` are known by trials;
    `notes` are printed behind the figures, `more` stands in the file besides. `only` is the option
    that names one of `named`.
    """

    verdict: str
    seconds: float
    stacks: tuple[Environment, Environment]
    command: str
    budget: float
    syscalls: float
    findings: Sequence[Finding]
    contributors: Mapping[str, Sequence[Contributor]]
    only: str
    named: Collection[str]
    notes: Sequence[Row] = ()
    causes: Sequence[KnownCause] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def conclude(self, file: Path | None, output: Console) -> int:
        """The exit code."""
        found = VERDICT[self.verdict]
        ending = verdict(self.verdict, self.findings, self.seconds), found.style
        unwritten = Unwritten()
        with unwritten.attempt():
            self._result(ending[0]).write(file, **self._figures())
        if verbose() or not output.is_terminal:
            self._print(ending, output)
        else:
            text = StringIO()
            self._print(ending, PlainConsole(width=WIDTH, file=text))
            kept = pages.keep(self.command, text.getvalue(), "txt")
            file_line = f"text: {kept}" if kept else ""
            print_brief(self.findings, [*self._notes()], ending, file_line, output)
        unwritten.report()
        return found.exit_code

    def _print(self, ending: Row, output: Console) -> None:
        """The whole, the verdict last."""
        print_findings(self.findings, output)
        for text, style in (*self._notes(), ending):
            output.print(Text(text, style), soft_wrap=True)

    def _notes(self) -> Iterator[Row]:
        """What makes the two less comparable comes first."""
        if said := unlike(*self.stacks):
            yield said, "yellow"
        yield from self.notes

    def _result(self, said: str) -> Result:
        blocking = [each for each in self.findings if each.outcome == self.verdict]
        sentences = [sentence(each) for each in blocking] if self.verdict != "pass" else []
        return Result(
            VERDICT[self.verdict].exit_code,
            "; ".join([said, *sentences]),
            self.command,
            [*self.causes, *self._functions(blocking)],
            tuple(self._next(blocking)),
        )

    def _functions(self, blocking: Sequence[Finding]) -> Iterator[KnownCause]:
        """What does more on NEW, where counts say so."""
        for name in dict.fromkeys(each.benchmark for each in blocking):
            more = [each for each in self.contributors.get(name, ()) if each.new > each.old]
            yield from (KnownCause(f"{name}: {each}") for each in more[:NAMED])

    def _next(self, blocking: Sequence[Finding]) -> Iterator[str]:
        """What decided it, alone; the same again where nothing did."""
        if self.verdict == "pass":
            return
        names = dict.fromkeys(each.benchmark for each in blocking if each.benchmark in self.named)
        if not names or self.only in shlex.split(self.command):
            yield self.command
        else:
            yield from (f"{self.command} {self.only} {shlex.quote(name)}" for name in names)

    def _figures(self) -> dict[str, Any]:
        old, new = self.stacks
        functions = {name: list(map(asdict, each)) for name, each in self.contributors.items()}
        return {
            "schema": SCHEMA,
            "outcome": self.verdict,
            "old": str(old),
            "new": str(new),
            "stacks": {"old": made_of(old), "new": made_of(new)},
            "budget_percent": self.budget,
            "budget_syscalls": self.syscalls,
            "seconds": round(self.seconds, 1),
            "findings": [finding.as_json() for finding in self.findings],
            "functions": functions,
            **self.more,
        }

"""What a gate ends with: the verdict, its exit code, and the figures in a file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from starlette_conformance.cost.attribution import Contributor
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_table import VERDICT
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output import output_files
from starlette_conformance.runs.rerun_commands import made_of

SCHEMA = 1


def check_budget(percent: float) -> None:
    """Raises UsageError."""
    if not 0 < percent < math.inf:
        raise UsageError(f"--budget {percent:g}: a percentage above 0 is needed")


@dataclass(frozen=True)
class Report:
    """`stacks` are OLD and NEW, and `command` gates them once more. `more` stands in the file
    besides.
    """

    verdict: str
    seconds: float
    stacks: tuple[Environment, Environment]
    command: str
    budget: float
    syscalls: float
    findings: Sequence[Finding]
    contributors: Mapping[str, Sequence[Contributor]]
    more: Mapping[str, Any] = field(default_factory=dict)

    def conclude(self, file: Path | None, output: Console) -> int:
        """The exit code."""
        verdict = VERDICT[self.verdict]
        output.print(f"{self.verdict} after {self.seconds:.0f} s", style=verdict.style)
        if file:
            output_files.write(file, output_files.as_json(self._document(), indent=2))
        return verdict.exit_code

    def _document(self) -> dict[str, Any]:
        old, new = self.stacks
        functions = {name: list(map(asdict, each)) for name, each in self.contributors.items()}
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "exit_code": VERDICT[self.verdict].exit_code,
            "old": str(old),
            "new": str(new),
            "stacks": {"old": made_of(old), "new": made_of(new)},
            "command": self.command,
            "budget_percent": self.budget,
            "budget_syscalls": self.syscalls,
            "seconds": round(self.seconds, 1),
            "findings": [finding.as_json() for finding in self.findings],
            "functions": functions,
            **self.more,
        }

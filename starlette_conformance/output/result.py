"""What a command came to, as `--json` of every command has it: one shape for programs that read it.

verdict    `pass`, `fail` (a finding), `inconclusive` (not judged), `error` (of use, or of the tool)
exit_code  as the command exits: 0, 1, 3; 2 or 4 for an error
summary    the verdict in a sentence
causes     what makes the findings, where that is known: sentence, package, release (its first with
           it), change (its name in the ledger), link, proved; null where one is not known
command    does the same again
next       commands to run next, the most useful first: to reproduce, or to look closer

Each command adds keys of its own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette_conformance.output.output_files import as_json, write

VERDICTS = {0: "pass", 1: "fail", 3: "inconclusive"}
"""By exit code; any other is an error."""


@dataclass(frozen=True)
class KnownCause:
    """What makes findings, in a sentence; `proved` by an experiment, or by a change that has a
    name.
    """

    sentence: str
    package: str | None = None
    release: str | None = None
    change: str | None = None
    link: str | None = None
    proved: bool = False


@dataclass(frozen=True)
class Result:
    exit_code: int
    summary: str
    command: str
    causes: Sequence[KnownCause] = ()
    next: Sequence[str] = ()

    def document(self, **more: Any) -> dict[str, Any]:
        """As plain data, with the keys of the command."""
        return {
            "verdict": VERDICTS.get(self.exit_code, "error"),
            "exit_code": self.exit_code,
            "summary": self.summary,
            "causes": [asdict(each) for each in self.causes],
            "command": self.command,
            "next": list(dict.fromkeys(self.next)),
            **more,
        }

    def write(self, file: Path | None, **more: Any) -> None:
        """Where a file is wanted. Raises Failure."""
        if file:
            write(file, as_json(self.document(**more)))

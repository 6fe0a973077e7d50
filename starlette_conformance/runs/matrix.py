"""The matrix: what stacks came to, in one table with closing lines."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette_conformance.model.changes import Change
from starlette_conformance.model.errors import shortened
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.result import Result
from starlette_conformance.output.sanitize import printable
from starlette_conformance.runs.ci_reports import again, as_junit, as_markdown
from starlette_conformance.runs.rerun_commands import of_verb
from starlette_conformance.runs.run_file import files
from starlette_conformance.runs.sessions import last_words
from starlette_conformance.runs.summary import Summary
from starlette_conformance.runs.verdict_table import print_table
from starlette_conformance.stacks.project import apps, catalogue, ledger

SAID = 200
"""Characters of what a session printed last."""
SHOWN = 10
"""Specs that did not pass which are named above the closing line."""


@dataclass(frozen=True)
class Matrix:
    """What the `selected` stacks came to. `seen` are the changes that specs asserted on both sides
    of their boundary, `unproven` says which they did not, `notes` what else was not judged, each in
    a sentence; `closing` is the verdict.
    """

    found: Summary
    seen: Mapping[str, Change]
    unproven: Sequence[str]
    notes: Sequence[str]
    closing: str
    exit_code: int

    def print(self) -> None:
        """The closing lines last."""
        output = console()
        print_table(self.found.tally, self.found.seconds, list(apps()), output)
        count = len(self.seen)
        write_line(f"changes that specs asserted on both sides of their boundary: {count}")
        for name, change in self.seen.items():
            write_line("\n".join(change.lines(name)))
        for line in [*_not_passed(self.found), *self.notes]:
            output.print(line, style="bold red", soft_wrap=True)  # a path stays whole
        write_line(self.closing)

    def again(self) -> list[str]:
        """The commands that judge again what failed."""
        those = self.found.not_passed[:SHOWN]
        return [text for stack, each in those if (text := again(each, self.found.starts[stack]))]

    def document(self) -> dict[str, Any]:
        """As plain data: verdicts and seconds by stack, what did not pass, and the notes."""
        stacks = {
            stack: {
                "verdicts": {
                    app: dict(counts)
                    for (name, app), counts in self.found.tally.items()
                    if name == stack
                },
                "seconds": self.found.seconds[stack],
            }
            for stack in sorted(self.found.stacks)
        }
        not_passed = [
            {"stack": stack, "spec": each.spec, "verdict": each.verdict, "reason": each.reason}
            for stack, each in self.found.not_passed
        ]
        second = [
            {"stack": stack, "spec": each.spec, "failed_first": each.failed_first}
            for stack, each in self.found.second
        ]
        proved = {"changes": list(self.seen), "unproven": list(self.unproven)}
        return {
            "stacks": stacks,
            "not_passed": not_passed,
            "passed_second": second,
            **proved,
            "notes": list(self.notes),
        }


def sum_up(
    runs: Sequence[Path], junit: Path | None, markdown: Path | None, json: Path | None
) -> int:
    paths = files(runs)
    output_files.check([junit, markdown, json])
    matrix = made(Summary.of(paths))
    unwritten = Unwritten()
    if junit:
        with unwritten.attempt():
            output_files.write(junit, as_junit(paths))
    if markdown:
        with unwritten.attempt():
            output_files.write(markdown, as_markdown(matrix.found, matrix.notes, matrix.closing))
    page = of_verb("report", *map(str, runs), "--html", "report.html")
    command = of_verb("matrix", *map(str, runs))
    result = Result(matrix.exit_code, matrix.closing, command, next=[*matrix.again(), page])
    with unwritten.attempt():
        result.write(json, **matrix.document())
    matrix.print()
    unwritten.report()
    return matrix.exit_code


def made(found: Summary, selected: Set[str] = frozenset()) -> Matrix:
    """What stacks came to, those `selected` if any are, or all that were judged."""
    selected = selected or found.stacks
    changes = ledger().changes
    unproven = found.unproven(changes, catalogue(), ledger().probed, ledger().played)
    not_judged = sorted(selected - found.stacks)
    cut_off = sorted(found.unfinished.difference(not_judged))
    notes = (
        *passed_alone(found),
        *(f"UNPROVEN CHANGE {each}" for each in unproven),
        *(f"NOT JUDGED {stack}: {_why(found.logs[stack])}" for stack in not_judged),
        *(f"CUT OFF {stack}: not all of its specs were judged" for stack in cut_off),
    )
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.items())
    whole = len(found.judged - found.unfinished)
    second = f"; {len(found.second):,} passed the second time, alone" if found.second else ""
    closing = f"{whole} of {len(selected)} stacks judged: {verdicts or 'no verdict'}{second}"
    code = found.exit_code(selected, unproven)
    return Matrix(found, found.seen(changes), unproven, notes, closing, code)


def _why(log: Path) -> str:
    """What a session printed last, and where all of it is."""
    return f"{shortened(printable(last_words(log.parent)), SAID)}: see {log}"


def passed_alone(found: Summary) -> Iterator[str]:
    """The specs that passed only when they were tried once more."""
    for stack, record in found.second[:SHOWN]:
        yield f"PASSED THE SECOND TIME {stack} {record.spec}, alone; first: {record.failed_first}"
    if len(found.second) > SHOWN:
        yield f"and {len(found.second) - SHOWN:,} more that passed the second time"


def _not_passed(found: Summary) -> Iterator[str]:
    """The specs to look at first: what else is printed stands above them."""
    for stack, record in found.not_passed[:SHOWN]:
        yield f"{record.verdict.upper()} {stack} {record.spec}: {record.headline}"
    if len(found.not_passed) > SHOWN:
        yield f"and {len(found.not_passed) - SHOWN:,} more"

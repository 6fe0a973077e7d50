"""The matrix: what stacks came to, in one table with closing lines."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette_conformance.model.errors import shortened
from starlette_conformance.output import output_files
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.sanitize import printable
from starlette_conformance.runs.ci_reports import as_junit, as_markdown
from starlette_conformance.runs.run_file import files
from starlette_conformance.runs.sessions import last_words
from starlette_conformance.runs.summary import Summary
from starlette_conformance.runs.verdict_table import print_table
from starlette_conformance.stacks.project import apps, catalogue, ledger

SAID = 200
"""Characters of what a session printed last."""
SHOWN = 10
"""Specs that did not pass which are named above the closing line."""


def sum_up(runs: Sequence[Path], junit: Path | None, markdown: Path | None) -> int:
    paths = files(runs)
    output_files.check([junit, markdown])
    found = Summary.of(paths)
    said: list[str] = []
    aside = output_files.STDOUT in {junit, markdown}
    result = print_matrix(found, found.stacks, said, aside)
    unwritten = Unwritten()
    if junit:
        with unwritten.attempt():
            output_files.write(junit, as_junit(paths))
    if markdown:
        with unwritten.attempt():
            output_files.write(markdown, as_markdown(found, said[:-1], said[-1]))
    unwritten.report()
    return result


def print_matrix(
    found: Summary, selected: set[str], said: list[str] | None = None, aside: bool = False
) -> int:
    """Print what stacks came to; 0 where all is well. The closing lines are added to `said`.

    To stderr where it is `aside`, since a file goes to stdout.
    """
    output = console(stderr=aside)
    print_table(found.tally, found.seconds, list(apps()), output)
    changes = ledger().changes
    seen = found.seen(changes)
    write_line(f"changes that specs asserted on both sides of their boundary: {len(seen)}", aside)
    for name, change in seen.items():
        write_line("\n".join(change.lines(name)), aside)
    unproven = found.unproven(changes, catalogue(), ledger().probed, ledger().played)
    not_judged = sorted(selected - found.stacks)
    cut_off = sorted(found.unfinished.difference(not_judged))
    notes = (
        *(f"UNPROVEN CHANGE {each}" for each in unproven),
        *(f"NOT JUDGED {stack}: {_why(found.logs[stack])}" for stack in not_judged),
        *(f"CUT OFF {stack}: not all of its specs were judged" for stack in cut_off),
    )
    for line in [*_not_passed(found), *notes]:
        output.print(line, style="bold red", soft_wrap=True)  # a path stays whole
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in found.verdicts.items())
    whole = len(found.judged - found.unfinished)
    closing = f"{whole} of {len(selected)} stacks judged: {verdicts or 'no verdict'}"
    write_line(closing, aside)
    if said is not None:
        said += [*notes, closing]
    return found.exit_code(selected, unproven)


def _why(log: Path) -> str:
    """What a session printed last, and where all of it is."""
    return f"{shortened(printable(last_words(log.parent)), SAID)}: see {log}"


def _not_passed(found: Summary) -> Iterator[str]:
    """The specs to look at first: what else is printed stands above them."""
    for stack, record in found.not_passed[:SHOWN]:
        yield f"{record.verdict.upper()} {stack} {record.spec}: {record.headline}"
    if len(found.not_passed) > SHOWN:
        yield f"and {len(found.not_passed) - SHOWN:,} more"

"""What the matrix of clients came to: the last lines on a terminal, which fit one of 25 lines."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from rich.text import Text

from starlette_conformance.clients.compare import Outcome
from starlette_conformance.clients.matrix import Row
from starlette_conformance.clients.table import details
from starlette_conformance.output.listed import listed
from starlette_conformance.output.one_screen import cut, fitting
from starlette_conformance.output.sanitize import plain

CLIENT = 30
"""Columns for the name of a client."""


def verdict(rows: Sequence[Row], no_longer: Sequence[str]) -> tuple[str, int]:
    """In a sentence, and the exit code."""
    outcomes = [each for row in rows for each in row.outcomes]
    new = sum(each.is_new for each in outcomes)
    known = sum(bool(each.what) for each in outcomes) - new
    judged = sum(bool(row.outcomes) for row in rows)
    said = (
        f"{judged} of {len(rows)} clients judged on {len(outcomes)} streams: "
        f"{known} known differences from the HTML standard, {new} new, {len(no_longer)} gone"
    )
    if new or no_longer:
        return said, 1
    return said, 0 if outcomes and judged == len(rows) else 3


def brief(
    rows: Sequence[Row], no_longer: Sequence[str], files: Sequence[str], width: int
) -> Iterator[Text]:
    """What is new first, then the clients, those with most differences first; the verdict, and the
    files.
    """
    said, code = verdict(rows, no_longer)
    ending = [Text(line, "bold red" if code else "bold green") for line in wrap(said, width - 1)]
    lines = [Text(cut(each, width - 1), "bold red") for each in _findings(rows, no_longer)]
    judged = sorted((row for row in rows if row.outcomes), key=lambda row: -len(_wrong(row)))
    if whole := [str(row.client) for row in judged if not _wrong(row)]:
        lines += [
            Text(line, "green")
            for line in wrap(f"right on every stream: {listed(whole, 6)}", width - 1)
        ]
    differing = [row for row in judged if _wrong(row)]
    lines += [Text(f"{'client':{CLIENT}} differs on", "dim")] if differing else []
    lines += [Text(cut(_line(row), width - 1)) for row in differing]
    yield from fitting(lines, len(ending), files, width)
    yield from ending
    yield from (Text(line, "dim") for line in files)


def _findings(rows: Sequence[Row], no_longer: Sequence[str]) -> Iterator[str]:
    for line in details(rows, known_too=False):
        yield f"NEW {line}"
    for line in no_longer:
        yield f"GONE {line}"
    for row in rows:
        if row.not_judged:
            yield f"NOT JUDGED {row.client}: {row.not_judged}"


def _wrong(row: Row) -> list[Outcome]:
    return [each for each in row.outcomes if each.what]


def _line(row: Row) -> str:
    """A client, and where it differs, by behaviour."""
    wrong = _wrong(row)
    counts = {each.behaviour: 0 for each in wrong}
    for each in wrong:
        counts[each.behaviour] += 1
    where = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"{plain(str(row.client)):{CLIENT}} {len(wrong):2} of {len(row.outcomes)}: {where}"

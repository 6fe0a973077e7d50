"""The matrix in a terminal of 80 columns."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from starlette_conformance.clients.matrix import Row
from starlette_conformance.clients.reconnection import CORS, RECONNECT

FOLLOWED = (RECONNECT, CORS)


def tables(rows: Sequence[Row]) -> Iterator[Table]:
    """A row for each client, a column for each behaviour: on how many streams it is right. What
    comes behind the end of a stream is a table of its own, of clients that are followed.
    """
    for behaviours in (_behaviours(rows, later=False), _behaviours(rows, later=True)):
        shown = [row for row in rows if _behaviours([row]).keys() & behaviours.keys()]
        if not shown:
            continue
        found = Table(box=None, padding=(0, 1, 0, 0))
        found.add_column("client", no_wrap=True)
        for behaviour in behaviours:
            found.add_column(behaviour, justify="right", no_wrap=True)
        for row in shown:
            cells = [cell(row, each) for each in behaviours]
            texts = [Text(words, TONES[tone]) for words, tone in cells]
            found.add_row(Text(str(row.client)), *texts)
        yield found


def _behaviours(rows: Sequence[Row], later: bool | None = None) -> dict[str, None]:
    """In the order of what was sent; those `later` than the end of a stream, or the others."""
    every = dict.fromkeys(each.behaviour for row in rows for each in row.outcomes)
    return {each: None for each in every if later in {None, each in FOLLOWED}}


TONES = {"dim": "dim", "good": "green", "bad": "red", "warned": "yellow"}


def cell(row: Row, behaviour: str) -> tuple[str, str]:
    """On how many streams of a behaviour a client is right, and the tone of that."""
    outcomes = [each for each in row.outcomes if each.behaviour == behaviour]
    wrong = [each for each in outcomes if each.what]
    if not wrong:
        return ("ok", "good") if outcomes else ("-", "dim")
    is_new = any(each.is_new for each in wrong)
    right = f"{len(outcomes) - len(wrong)}/{len(outcomes)}"
    return (f"{right}!", "bad") if is_new else (right, "warned")


def details(rows: Sequence[Row], known_too: bool) -> Iterator[str]:
    """A line for each difference; without `known_too` only for those that are new."""
    for row in rows:
        for each in row.outcomes:
            if each.what and (known_too or each.is_new):
                why = f"  ({each.known.what})" if each.known else ""
                yield f"{each.client}  {each.stream}: {each.what}{why}"

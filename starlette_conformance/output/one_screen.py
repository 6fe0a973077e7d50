"""What of many lines fits on a terminal of 25, where a file has the rest."""

from collections.abc import Sequence
from textwrap import wrap

from rich.text import Text

from starlette_conformance.output.sanitize import plain

LINES = 25


LONG_WORD = 24
"""A longer one is cut off."""


def cut(text: str, width: int) -> str:
    """On one line of so many columns, by whole words."""
    shown = plain(text, 10 * width)
    if len(shown) <= width:
        return shown
    kept = shown[: width - 3]
    words, _, part = kept.rpartition(" ")
    if shown[len(kept)] != " " and words and len(part) < LONG_WORD:
        kept = words
    return f"{kept.rstrip()}..."


def wrapped(text: str, width: int, most: int, more: str = " ...") -> list[str]:
    """On so many lines at most, by whole words; where that is not all of it, `more` ends them."""
    return wrap(plain(text, 10 * most * width), width, max_lines=most, placeholder=more)


def lines_of(texts: Sequence[str], columns: int) -> int:
    """How many a terminal takes for them."""
    return sum(1 + (len(text) - 1) // columns for text in texts)


def fitting(
    rows: Sequence[Text], others: int, files: Sequence[str], columns: int
) -> Sequence[Text]:
    """The first rows, where `others` lines are shown as well, and those that name the files."""
    room = max(1, LINES - others - lines_of(files, columns))
    if len(rows) <= room:
        return rows
    more = len(rows) - room + 1
    return [*rows[: room - 1], Text(f"... and {more:,} more lines; -v shows all", "dim")]

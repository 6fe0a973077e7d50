"""What of many lines fits on a terminal of 25, where a file has the rest."""

from collections.abc import Sequence

from rich.text import Text

from starlette_conformance.output.sanitize import plain

LINES = 25


def cut(text: str, width: int) -> str:
    """On one line of so many columns."""
    shown = plain(text, 10 * width)
    return shown if len(shown) <= width else f"{shown[: width - 3].rstrip()}..."


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

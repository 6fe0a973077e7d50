"""The closing table: stacks × apps, in the words of the verdicts."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from starlette_conformance.runs.records import VERDICTS

Tally = Mapping[tuple[str, str], Counter[str]]
"""How many specs of a stack and an app got each verdict."""


FRAMED = 100
"""Columns of a terminal from which on there is a frame."""


def print_table(
    tally: Tally, seconds: Mapping[str, float], apps: Sequence[str], console: Console
) -> None:
    """Print a row for each stack, a column for each app that was judged.

    `seconds` is the time that judging each stack took, what a browser sees aside. In a narrow
    terminal the frame is left out.
    """
    shown = [app for app in apps if any(key[1] == app for key in tally)]
    table = Table(title="verdicts", title_justify="left", title_style="bold")
    if console.width < FRAMED:
        table.box, table.padding = None, (0, 1, 0, 0)
    table.add_column("stack", overflow="fold")
    for app in shown:
        table.add_column(app)
    table.add_column("seconds", justify="right")
    for stack in dict.fromkeys(key[0] for key in tally):
        table.add_row(
            Text(stack), *(_cell(tally.get((stack, app))) for app in shown), f"{seconds[stack]:.1f}"
        )
    console.print(table)


def _cell(counts: Counter[str] | None) -> Text:
    if not counts:
        return Text("-", "dim")
    parts = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]]
    return Text(", ".join(parts), "green" if set(counts) == {"pass"} else "red")

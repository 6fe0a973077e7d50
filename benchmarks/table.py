"""The closing table: what a request or an event costs on each stack, by both clocks."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

BASE = "test_hello"


@dataclass(frozen=True)
class Cost:
    """Means over all requests or events of a benchmark, in seconds."""

    stack: str
    name: str
    server_cpu: float
    wall: float | None


def print_costs(costs: Sequence[Cost], console: Console) -> None:
    """Print a row for each benchmark, stack by stack."""
    table = Table(
        title="cost of one, in µs (less is better)", title_justify="left", title_style="bold"
    )
    table.add_column("stack", overflow="fold")
    table.add_column("benchmark")
    for column in ("server CPU", "beyond hello", "", "wall"):
        table.add_column(column, justify="right")
    for stack in dict.fromkeys(cost.stack for cost in costs):
        of_stack = [cost for cost in costs if cost.stack == stack]
        of_stack.sort(key=lambda cost: cost.name != BASE)
        base = next((cost.server_cpu for cost in of_stack if cost.name == BASE), None)
        for cost in of_stack:
            table.add_row(
                Text(stack if cost is of_stack[0] else ""),
                cost.name.removeprefix("test_"),
                f"{cost.server_cpu * 1e6:.1f}",
                *_beyond(cost, base),
                "paced" if cost.wall is None else f"{cost.wall * 1e6:.1f}",
            )
        table.add_section()
    console.print(table)
    console.print("means of all requests, or events; wall time has the client's part in it")


def _beyond(cost: Cost, base: float | None) -> tuple[str, str]:
    if base is None or cost.name == BASE or cost.wall is None:
        return "", ""
    return f"{(cost.server_cpu - base) * 1e6:+.1f}", f"{cost.server_cpu / base - 1:+.1%}"

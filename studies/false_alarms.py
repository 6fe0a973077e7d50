"""How often gates cry wolf: comparisons of a stack with itself, as JSON Lines, and what they say.

    python -m studies.false_alarms FILE...

prints one table, in Markdown too, of the comparisons in all the files. They may be those of
studies/gate_table.py, of which only the gates of equal stacks count. Otherwise a line is
`{"gate": "...", "busy": false, "alarm": false, "seconds": 6.1, "load": 1.2, "ratios": {...}}`:
the gate and its settings, whether a busy loop held a core, whether the gate saw a regression, what
the comparison took, the machine's load average after it, and by benchmark (`"hello": 1.004`) what
it measured the second time, divided by the first.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, quantiles
from typing import Annotated

import msgspec
from rich.console import Console
from rich.table import Table

from starlette_conformance.model.decode import checked, parsed
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.console import console
from studies.gate_table import BUSY, EQUAL
from studies.running import ending

HELLO = "hello"
OURS = "starlette-conformance gate, instructions"
HEADINGS = (
    "gate",
    "false alarms",
    "while a core was held",
    "hello alone",
    "noise of hello",
    "noise of all",
    "load",
    "seconds",
)
NOTE = (
    "A against A: each run is compared with the one before it. False alarms: comparisons in which "
    "some benchmark was called a regression, of all comparisons; hello alone: more than 5 % up. "
    "Noise: in 95 % of the comparisons the greater mean was at most this much above the lesser, so "
    "a smaller effect cannot be distinguished from none. "
    "Load: the mean of the load averages; seconds: of a comparison."
)
LIMIT = 1.05


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stack compared with itself by a gate. `ratios` are by benchmark, new to old."""

    gate: str
    busy: bool
    alarm: bool
    seconds: float
    load: float | None
    ratios: Mapping[str, Annotated[float, msgspec.Meta(gt=0)]]

    def line(self) -> str:
        return json.dumps(msgspec.to_builtins(self)) + "\n"


class _Gate(msgspec.Struct, frozen=True):
    """A line of studies/gate_table.py, as far as it counts here."""

    case: str
    verdict: str
    seconds: float
    counted: float | None = None

    def comparisons(self) -> list[Comparison]:
        """One of our gate's. Whatever does not pass counts as an alarm, "cannot tell" too."""
        if self.case not in {EQUAL, BUSY}:
            return []
        ratios = {} if self.counted is None else {"the largest change": 1 + self.counted}
        alarm = self.verdict != "pass"
        return [Comparison(OURS, self.case == BUSY, alarm, self.seconds, None, ratios)]


def read(path: Path) -> list[Comparison]:
    """The comparisons in a file. Raises UsageError where it holds something else."""
    found = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}: not a comparison"
        record = parsed(line, where)
        if isinstance(record, dict) and "case" in record:
            found += checked(record, _Gate, where).comparisons()
        else:
            found.append(checked(record, Comparison, where))
    return found


def noise(ratios: Sequence[float]) -> float | None:
    """By how much the greater is more than the lesser, in 95 % of the ratios at most.

    Which run came first is chance, so 0.5 is as far from 1 as 2. None where there are too few.
    """
    distances = [max(ratio, 1 / ratio) - 1 for ratio in ratios]
    return quantiles(distances, n=20, method="inclusive")[-1] if len(distances) > 1 else None


def rows(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """The cells of the table, gate by gate, under HEADINGS."""
    found: list[tuple[str, ...]] = []
    for gate in dict.fromkeys(comparison.gate for comparison in comparisons):
        of_gate = [comparison for comparison in comparisons if comparison.gate == gate]
        busy = [comparison.alarm for comparison in of_gate if comparison.busy]
        loads = [each.load for each in of_gate if each.load is not None]
        hello = [each.ratios[HELLO] for each in of_gate if HELLO in each.ratios]
        found.append(
            (
                gate,
                f"{sum(each.alarm for each in of_gate)} of {len(of_gate)}",
                f"{sum(busy)} of {len(busy)}" if busy else "-",
                f"{sum(ratio > LIMIT for ratio in hello)} of {len(hello)}" if hello else "-",
                _percent(noise(hello)),
                _percent(noise([ratio for each in of_gate for ratio in each.ratios.values()])),
                f"{fmean(loads):.1f}" if loads else "-",
                f"{fmean(each.seconds for each in of_gate):.1f}",
            )
        )
    return found


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def print_table(comparisons: Sequence[Comparison], console: Console) -> None:
    """Print the table, and the same as Markdown."""
    table = Table(title="false alarms, A against A", title_justify="left", title_style="bold")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "gate" else "right")
    cells = rows(comparisons)
    for row in cells:
        table.add_row(*row)
    console.print(table)
    console.print(NOTE)
    print()
    for row in (HEADINGS, ("---", *("---:",) * (len(HEADINGS) - 1)), *cells):
        print(f"| {' | '.join(row)} |")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m studies.false_alarms", description="sum up comparisons of A with A"
    )
    parser.add_argument("files", nargs="+", type=Path, help="of studies.usual_gates, or alike")
    options = parser.parse_args(arguments)
    return ending(lambda: _print(options.files))


def _print(files: Sequence[Path]) -> int:
    print_table([comparison for path in files for comparison in read(path)], console())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Plots of what releases cost: one small plot a benchmark, below each other, as an SVG file."""

import math
from collections.abc import Mapping, Sequence
from io import StringIO
from textwrap import wrap
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "costs",
    "font.size": 9,
    "text.parse_math": False,
}
"""Text stays text, whatever is in it, and the same figures give the same file."""

NEAR = 3
"""Per cent. What differs less is neither marked, nor does it fill a plot."""
LINE = 45
"""Characters of a name, before it goes on in the next line."""
INCHES = 0.08
"""What a character takes."""


def draw(prices: Mapping[str, Mapping[str, float]], base: str, benchmarks: Sequence[str]) -> str:
    """The SVG of instructions by stack and benchmark, in per cent of those of `base`.

    A stack keeps its place in all plots; where two neighbours differ by 3 % or more, the later one
    is marked with its value. Where there is none, the line has a gap.
    """
    stacks = [stack for stack in prices if stack != base] or [base]
    names = [wrap(stack, LINE) for stack in stacks]
    longest = max(len(line) for lines in names for line in lines)
    title = ["Instructions of a request or an event; fewer are better", *wrap(f"100 % is {base}")]
    height = 0.2 * len(title) + 1.5 * len(benchmarks) + INCHES * longest
    width = 2 + 0.3 * sum(map(len, names))
    with mpl.rc_context(STYLE):
        figure = Figure((max(6.0, width), height), layout="constrained")
        figure.suptitle("\n".join(title))
        for number, name in enumerate(benchmarks, 1):
            plot = figure.add_subplot(len(benchmarks), 1, number)
            values = [
                100 * prices[stack].get(name, math.nan) / prices[base][name] for stack in stacks
            ]
            plot.axhline(100, color="grey", linewidth=0.8, linestyle="--")
            plot.plot(values, marker="o", markersize=3, linewidth=1.2)
            before = None
            for place, value in enumerate(values):
                if math.isnan(value):
                    continue
                if before is None or abs(value - before) >= NEAR:
                    above = (place, value), (0, 5)
                    plot.annotate(
                        f"{value:.0f}", above[0], above[1], textcoords="offset points", ha="center"
                    )
                before = value
            plot.set_title(name, loc="left", fontweight="bold")
            plot.margins(x=0.02, y=0.3)
            lowest, highest = plot.get_ylim()
            plot.set_ylim(min(lowest, 100 - NEAR), max(highest + 1, 100 + NEAR))  # for the mark
            plot.yaxis.set_major_locator(MaxNLocator(4, steps=(1, 2, 5, 10), integer=True))
            plot.yaxis.set_major_formatter(PercentFormatter(decimals=0))
            plot.grid(axis="y", linewidth=0.3)
            plot.set_xticks(range(len(stacks)), ["\n".join(lines) for lines in names])
            plot.tick_params(axis="x", labelrotation=90, labelbottom=number == len(benchmarks))
        drawn = StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()

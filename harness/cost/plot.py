"""Plots of what releases cost: one small plot a benchmark, below each other, as an SVG file."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "costs", "font.size": 9}
"""Text stays text, and the same figures give the same file."""


def draw(
    prices: Mapping[str, Mapping[str, float]], base: str, benchmarks: Sequence[str], path: Path
) -> None:
    """Draw instructions by stack and benchmark in per cent of those of `base`, in the given order.

    A stack keeps its place in all plots; where two neighbours differ by 3 % or more, the later one
    is marked with its value. Where there is none, the line has a gap.
    """
    stacks = [stack for stack in prices if stack != base] or [base]
    with mpl.rc_context(STYLE):
        size = (max(6.0, 2 + 0.3 * len(stacks)), 1.2 + 1.5 * len(benchmarks))
        figure = Figure(size, layout="constrained")
        figure.suptitle(f"Instructions of a request or an event; 100 % is {base}")
        for number, name in enumerate(benchmarks, 1):
            plot = figure.add_subplot(len(benchmarks), 1, number)
            values = [
                100 * prices[stack].get(name, math.nan) / prices[base][name] for stack in stacks
            ]
            plot.axhline(100, color="grey", linewidth=0.8, linestyle="--")
            plot.plot(stacks, values, marker="o", markersize=3, linewidth=1.2)
            before = None
            for place, value in enumerate(values):
                if math.isnan(value):
                    continue
                if before is None or abs(value - before) >= 3:
                    above = (place, value), (0, 5)
                    plot.annotate(
                        f"{value:.0f}", above[0], above[1], textcoords="offset points", ha="center"
                    )
                before = value
            plot.set_title(name, loc="left", fontweight="bold")
            plot.margins(x=0.02, y=0.3)
            plot.yaxis.set_major_formatter(PercentFormatter(decimals=0))
            plot.grid(axis="y", linewidth=0.3)
            plot.tick_params(axis="x", labelrotation=90, labelbottom=number == len(benchmarks))
        figure.savefig(path, format="svg", metadata={"Date": None})

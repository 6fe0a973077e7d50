"""How the figures of a gate are shown: a table, what blocks, and what could have been seen."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from starlette_conformance.cost.finding import Finding


class Verdict(NamedTuple):
    exit_code: int
    style: str


VERDICT = {
    "pass": Verdict(0, "bold green"),
    "regression": Verdict(1, "bold red"),
    "cannot tell": Verdict(3, "bold yellow"),
}
COLUMNS = ("instructions", "bytes", "bytes left", "CPU seconds", "latency seconds")
TITLES = {
    "instructions": "instructions",
    "bytes": "bytes on the wire",
    "bytes left": "bytes left behind",
    "CPU seconds": "CPU µs",
    "latency seconds": "latency µs (shown)",
}
STYLES = {"regression": "bold red", "cannot tell": "yellow", "shown": "dim"}


def print_findings(findings: Sequence[Finding], output: Console) -> None:
    """Print a row for each benchmark, and sentences on what blocks and what could be seen."""
    whats = [what for what in COLUMNS if any(finding.what == what for finding in findings)]
    table = Table(
        title="old → new, for a request or an event; less is better", title_justify="left"
    )
    table.add_column("benchmark", no_wrap=True)
    for what in whats:
        table.add_column(TITLES[what], justify="right")
    for name in dict.fromkeys(finding.benchmark for finding in findings):
        cells = {each.what: _cell(each) for each in findings if each.benchmark == name}
        table.add_row(name, *(cells[what] for what in whats))
    output.print(table)
    for finding in findings:
        if finding.outcome in VERDICT and finding.outcome != "pass":
            style = VERDICT[finding.outcome].style
            output.print(_sentence(finding), style=style, soft_wrap=True)
    output.print(seen(findings), soft_wrap=True)


def seen(findings: Sequence[Finding]) -> str:
    """What the run could have seen: by kind of figure, the largest noise of a benchmark."""
    parts = []
    for what in COLUMNS[:-1]:
        those = [finding for finding in findings if finding.what == what]
        if those and what == "bytes left":
            parts.append(f"{max(each.limit for each in those):.0f} bytes left behind")
        elif those and what != "bytes":
            parts.append(f"{max(each.noise for each in those):.2%} of {TITLES[what]}")
    return f"could have been seen: {', '.join(parts)}"


def _cell(finding: Finding) -> Text:
    scale = 1e6 if finding.what.endswith("seconds") else 1
    old, new = finding.old * scale, finding.new * scale
    text = f"{old:,.0f} → {new:,.0f}\n{_change(finding)}"
    return Text(text, STYLES.get(finding.outcome, ""))


def _change(finding: Finding) -> str:
    if finding.what == "bytes left":
        return f"{finding.change:+.0f}"
    if abs(finding.change) < 0.00005:
        return "="
    return format(finding.change, "+.1%" if finding.what.endswith("seconds") else "+.2%")


def _sentence(finding: Finding) -> str:
    what = f"{finding.benchmark}: {TITLES[finding.what]} {_change(finding)}"
    form = ".0f" if finding.what == "bytes left" else ".2%"
    limit, noise = format(finding.limit, form), format(finding.noise, form)
    if finding.outcome == "regression":
        return f"REGRESSION {what}, where {limit} are allowed (noise {noise})"
    if finding.noise < finding.limit:
        return f"CANNOT TELL {what}, where {limit} are allowed: that may be chance (noise {noise})"
    return (
        f"CANNOT TELL {what}: the noise, {noise}, is larger than the budget; this run could have "
        f"judged --budget {ceil(100 * finding.noise)}"
    )

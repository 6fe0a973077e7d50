"""How the figures of a gate are shown: a table, what blocks, and what could have been seen."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from starlette_conformance.cost.fanout_verdict import FANOUT_WHATS
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_verdict import KEPT


class Verdict(NamedTuple):
    exit_code: int
    style: str


VERDICT = {
    "pass": Verdict(0, "bold green"),
    "regression": Verdict(1, "bold red"),
    "cannot tell": Verdict(3, "bold yellow"),
}
COLUMNS = {
    "instructions": "instructions",
    "syscalls": "calls",
    "bytes": "bytes",
    "bytes left": "memory",
    "CPU seconds": "CPU",
    "waiting seconds": "waits",
    "start seconds": "start",
}
"""What has a column, by its head."""
CPU, LATE = FANOUT_WHATS
TITLES = {
    "instructions": "instructions",
    "syscalls": "system calls",
    "bytes": "bytes on the wire",
    "bytes left": "bytes of memory retained",
    "CPU seconds": "CPU µs",
    "waiting seconds": "waiting µs",
    "start seconds": "CPU µs of a start",
    CPU: "CPU µs with many streams",
    LATE: "p99 late µs with many streams",
    "latency seconds": "latency µs (shown)",
    **{f"{what} left": f"{what} left" for what in KEPT},
}
SEEN = ("instructions", "bytes left", "CPU seconds", "waiting seconds", "start seconds", CPU)
"""Of which the smallest change that could be seen is said."""
ABSOLUTE = {"bytes left": ".0f", "syscalls": ".2f"} | {f"{what} left": ".2f" for what in KEPT}
"""Figures whose change is no share, and how it is shown."""
STYLES = {"regression": "bold red", "cannot tell": "yellow", "shown": "dim"}


def print_findings(findings: Sequence[Finding], output: Console) -> None:
    """Print a row for each benchmark, and sentences on what blocks and what could be seen."""
    whats = [what for what in COLUMNS if any(finding.what == what for finding in findings)]
    table = Table(
        title="NEW and its change, a request or an event, times in µs",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("benchmark", no_wrap=True)
    for what in whats:
        table.add_column(COLUMNS[what], justify="right")
    for name in dict.fromkeys(each.benchmark for each in findings if each.what in TITLES):
        cells = {each.what: _cell(each) for each in findings if each.benchmark == name}
        table.add_row(name, *(cells.get(what, Text("-")) for what in whats))
    if table.row_count:
        output.print(table)
    for finding in findings:
        if finding.what in FANOUT_WHATS or finding.what not in TITLES:
            output.print(_figures(finding), style=STYLES.get(finding.outcome, ""), soft_wrap=True)
    for finding in findings:
        if finding.outcome in VERDICT and finding.outcome != "pass":
            style = VERDICT[finding.outcome].style
            output.print(sentence(finding), style=style, soft_wrap=True)
    if table.row_count:
        output.print(seen(findings), soft_wrap=True)


def seen(findings: Sequence[Finding]) -> str:
    """What the run could have seen: by kind of figure, the largest limit of a benchmark."""
    parts = []
    for what in SEEN:
        those = [finding for finding in findings if finding.what == what]
        if those and what == "bytes left":
            parts.append(f"{max(each.limit for each in those):.0f} bytes of memory retained")
        elif those and what in {"instructions", "CPU seconds"}:
            parts.append(f"{max(each.noise for each in those):.2%} of {TITLES[what]}")
        elif those:
            parts.append(f"{max(each.limit for each in those):.0%} of {TITLES[what]}")
    return f"smallest detectable change: {', '.join(parts)}"


def _pair(finding: Finding) -> str:
    old, new = _scaled(finding)
    form = ",.2f" if finding.what in ABSOLUTE and finding.what != "bytes left" else ",.0f"
    return f"{old:{form}} → {new:{form}}"


def _scaled(finding: Finding) -> tuple[float, float]:
    scale = 1e6 if "seconds" in finding.what else 1
    return finding.old * scale, finding.new * scale


def _cell(finding: Finding) -> Text:
    _, new = _scaled(finding)
    return Text(f"{new:,.0f}\n{changed(finding)}", STYLES.get(finding.outcome, ""))


def _figures(finding: Finding) -> str:
    return f"{finding.benchmark}: {_title(finding)} {_pair(finding)}, {changed(finding)}"


def _title(finding: Finding) -> str:
    return TITLES.get(finding.what) or finding.what.replace("seconds", "µs")


def changed(finding: Finding) -> str:
    if finding.what in ABSOLUTE:
        return format(finding.change, f"+{ABSOLUTE[finding.what]}")
    if abs(finding.change) < 0.00005:
        return "="
    return format(finding.change, "+.1%" if "seconds" in finding.what else "+.2%")


def sentence(finding: Finding) -> str:
    detail = f": {finding.detail}" if finding.detail else ""
    what = f"{finding.benchmark}: {_title(finding)} {changed(finding)}"
    what += f" ({_pair(finding)}{detail})"
    form = ABSOLUTE.get(finding.what, ".2%")
    limit, noise = format(finding.limit, form), format(finding.noise, form)
    if finding.outcome == "regression":
        return f"REGRESSION {what}, where {limit} are allowed (noise {noise})"
    if finding.noise < finding.limit:
        return f"INCONCLUSIVE {what}, where {limit} are allowed: that may be chance (noise {noise})"
    return (
        f"INCONCLUSIVE {what}: the noise, {noise}, is larger than the budget; this run could have "
        f"judged --budget {ceil(100 * finding.noise)}"
    )

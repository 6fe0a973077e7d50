"""The report of a capacity: a line for each step, one table for all stacks, JSON."""

from collections.abc import Sequence

import msgspec
from rich.table import Table

from starlette_conformance.load.capacity_search import LATE_MS, MOST, Knee, Step
from starlette_conformance.load.results_file import Process
from starlette_conformance.output.output_files import as_json

ROWS = (
    "capacity, subscribers",
    "p99 lateness there",
    "slope of p99, a subscriber",
    "server CPU, an event",
    "server memory, a subscriber",
    "p99 of the generator's own",
    "generator CPU, an event",
)


def line(stack: str, step: Step) -> str:
    if step.verdict.exit_code or not step.fanout:
        return f"{stack}, {step.users} subscribers: {'; '.join(step.verdict.sentences)}"
    late = step.fanout.lateness
    server = step.fanout.server or Process()
    return (
        f"{stack}, {step.users} subscribers: p50 {late.p50:.1f} ms, p99 {late.p99:.1f} ms late; "
        f"the server took {server.cores:.0%} of a core, and waited for one {server.waiting:.0%}"
    )


def table(found: Sequence[Knee]) -> Table:
    shown = Table(
        title="the knee: more subscribers are better, and less of all else",
        title_justify="left",
        title_style="bold",
    )
    shown.add_column("")
    for each in found:
        shown.add_column(each.stack, justify="right")
    for name, *cells in zip(ROWS, *(_cells(each) for each in found), strict=True):
        shown.add_row(name, *cells)
    return shown


def _cells(each: Knee) -> Sequence[str]:
    best = each.best
    if best is None or best.fanout is None:
        return ["-"] * len(ROWS)
    fanout = best.fanout
    rate = fanout.lateness.count / fanout.seconds
    generator = sum(process.cores for process in fanout.generators) / rate * 1e6
    server = fanout.server
    memory = (server.bytes_with - server.bytes_before) / best.users / 1024 if server else 0.0
    return [
        f"{best.users} to {each.worst.users}"
        if each.found and each.worst
        else f"inconclusive, at least {best.users}",
        f"{fanout.lateness.p99:.1f} ms",
        "-" if each.slope is None else f"{each.slope:.0f} µs",
        f"{fanout.cpu_us or 0:.0f} µs",
        f"{memory:.1f} KiB",
        f"{fanout.null.p99:.1f} ms",
        f"{generator:.0f} µs",
    ]


def written(found: Sequence[Knee]) -> str:
    """JSON: by stack, its capacity, the slope, and the figures of each step."""
    return as_json(
        {
            each.stack: {
                "capacity": each.best.users if each.best else None,
                "found": each.found,
                "slope": each.slope,
                "steps": msgspec.to_builtins(each.steps),
            }
            for each in found
        }
    )


def why(each: Knee) -> str:
    worst = each.worst
    if worst is None:
        return f"{each.stack}: no knee up to {MOST} subscribers; it may serve more"
    if worst.verdict.exit_code:
        return f"{each.stack}: at {worst.users} {'; '.join(worst.verdict.sentences)}"
    allowed = f"at most {LATE_MS:.0f}"
    others = "" if each.found else ", while others had the cores: it may serve more"
    return f"{each.stack}: at {worst.users}, p99 is {worst.late:.0f} ms late ({allowed}){others}"

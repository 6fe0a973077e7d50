"""The report of a capacity: a line for each step, one table for all stacks, JSON."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from rich.table import Table

from starlette_conformance.diff.comparable import unlike
from starlette_conformance.load.capacity_search import LATE_MS, MOST, Knee, Step
from starlette_conformance.load.results_file import Process
from starlette_conformance.load.run_verdict import CANNOT_TELL, FINDING, Verdict
from starlette_conformance.model.environment import Environment
from starlette_conformance.output.result import KnownCause, Result

ROWS = (
    "capacity, subscribers",
    "p99 lateness there",
    "p99 per further subscriber",
    "server CPU per event",
    "server memory per subscriber",
    "p99 of the generator itself",
    "generator CPU per event",
)


def line(stack: str, step: Step) -> str:
    if step.verdict.exit_code or not step.fanout:
        return f"{stack}, {step.users} subscribers: {'; '.join(step.verdict.sentences)}"
    late = step.fanout.lateness
    server = step.fanout.server or Process()
    return (
        f"{stack}, {step.users:,} subscribers: p99 {late.p99:.1f} ms late; "
        f"server CPU {server.cores:.0%}, waits {server.waiting:.0%}"
    )


def table(found: Sequence[Knee]) -> Table:
    shown = Table(
        title=f"the most subscribers whose p99 lateness is at most {LATE_MS:.0f} ms",
        title_justify="left",
        title_style="bold",
    )
    shown.add_column("")
    for each in found:
        shown.add_column(each.title, justify="right")
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


def write(file: Path | None, found: Sequence[Knee], verdict: Verdict, command: str) -> None:
    """Beside the verdict, by stack its capacity, what ends it, the slope, and the figures of each
    step.
    """
    result = Result(
        verdict.exit_code,
        "; ".join(verdict.sentences),
        command,
        [KnownCause(why(each)) for each in found if each.worst],
        [command] if verdict.exit_code else [],
    )
    stacks = {
        each.title: {
            "capacity": each.best.users if each.best else None,
            "found": each.found,
            "why": why(each) if each.worst else "",
            "slope": each.slope,
            "steps": msgspec.to_builtins(each.steps),
        }
        for each in found
    }
    result.write(file, stacks=stacks)


def concluded(found: Sequence[Knee], pair: Sequence[Environment]) -> Verdict:
    """OLD and NEW compared, where they are given, or whether the knee of each stack is found."""
    if pair:
        verdict = compared(found[0], found[1])
        before = unlike(*pair)
        return replace(verdict, sentences=(before, *verdict.sentences)) if before else verdict
    if unknown := _unknown(found):
        return unknown
    return Verdict(0, tuple(f"{each.title} serves {_range(each)}" for each in found))


def _unknown(found: Sequence[Knee]) -> Verdict | None:
    names = [each.title for each in found if not (each.best and each.found)]
    sentence = f"inconclusive: the capacity of {' and '.join(names)} was not found, as said above"
    return Verdict(CANNOT_TELL, (sentence,)) if names else None


def why(each: Knee) -> str:
    worst = each.worst
    if worst is None:
        return f"{each.title}: {MOST:,} subscribers are in time, and it may serve more"
    if worst.verdict.exit_code:
        return f"{each.title}: at {worst.users} {'; '.join(worst.verdict.sentences)}"
    late = f"{each.title}: at {worst.users}, p99 is {worst.late:.1f} ms late"
    if each.unsteady:
        return f"{late} once, and in time once"
    if each.found:
        return f"{late} (at most {LATE_MS:.0f})"
    return (
        f"{late} (at most {LATE_MS:.0f}), while other processes used the cores: it may serve more, "
        "so run this again on a quiet machine"
    )


def compared(old: Knee, new: Knee) -> Verdict:
    """Whether NEW serves fewer than OLD (a finding), as far as both knees are found."""
    if unknown := _unknown((old, new)):
        return unknown
    if new.is_below(old):
        return Verdict(FINDING, (f"{new.title} serves fewer: {_range(new)}, was {_range(old)}",))
    more = "more" if old.is_below(new) else "as many, to 5 %"
    return Verdict(0, (f"{new.title} serves {more}: {_range(new)}, was {_range(old)}",))


def _range(each: Knee) -> str:
    assert each.best
    assert each.worst
    cpu = each.best.fanout.cpu_us if each.best.fanout else None
    return f"{each.best.users:,} to {each.worst.users:,}, {cpu or 0:.0f} µs of CPU per event"

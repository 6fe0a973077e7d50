"""What a run says at its end: the figures, if they may be shown, and why not otherwise."""

import sys

from rich.console import Console
from rich.table import Table

from starlette_conformance.load.results_file import Fanout, Results, Spread
from starlette_conformance.load.run_verdict import Verdict, disagreement, limit
from starlette_conformance.output.console import console

WITHOUT = "WithoutAuthUser"
"""What the users of basic_auth are compared with, where it is there."""


def print_report(results: Results, verdict: Verdict, aside: bool) -> None:
    """Print the tables where there is a speed to report, and the verdict in any case.

    To stderr where it is `aside`, since the figures go to stdout.
    """
    screen = console(stderr=aside)
    screen.print()
    if verdict.exit_code == 0:
        for server in dict.fromkeys(results.servers.values()):
            users = [name for name, each in results.servers.items() if each == server]
            screen.print(f"{', '.join(users)}: {server}")
        if results.requests:
            screen.print(_requests(results))
        if results.fanout:
            _print_fanout(results.fanout, screen, alone=not results.requests)
        screen.print("Good: every response was as expected, and the generator was not the limit.")
        return
    errors = console(stderr=True)
    errors.print("No speed is reported:", style="bold red")
    for sentence in verdict.sentences:
        errors.print(f"  {sentence}")
    sys.stderr.flush()


def _requests(results: Results) -> Table:
    table = Table(title="requests (less time is better)", title_justify="left", title_style="bold")
    table.add_column("User")
    base = results.requests.get(WITHOUT)
    known = base.cpu_us if base else None
    for name in ("requests", "p50 ms", "p99 ms", "max ms", "server CPU µs each"):
        table.add_column(name, justify="right")
    if known:
        table.add_column(f"{WITHOUT} = 100 %", justify="right")
    for name, each in results.requests.items():
        times = (f"{ms:.2f}" for ms in (each.time.p50, each.time.p99, each.time.max))
        cpu = "?" if each.cpu_us is None else f"{each.cpu_us:.0f}"
        share = [f"{each.cpu_us / known:.0%}"] if known and each.cpu_us else []
        table.add_row(name, str(each.count), *times, cpu, *share)
    return table


def _print_fanout(fanout: Fanout, screen: Console, alone: bool) -> None:
    """`alone`: without users of other kinds, whose CPU time would count for the streams."""
    table = Table(
        title=f"lateness of events, in ms, less is better ({fanout.connected} subscribers, "
        f"an event every {fanout.interval:g} s, {fanout.seconds:.0f} s)",
        title_justify="left",
        title_style="bold",
    )
    for name in ("", "events", "p50", "p90", "p99", "p99.9", "max"):
        table.add_column(name, justify="right" if name else "left")
    _add(table, "these subscribers", fanout.lateness)
    _add(table, "raw reader, beside them", fanout.raw)
    _add(table, "null server (the generator's own)", fanout.null)
    _add(table, "the generator's own loop", fanout.lag)
    screen.print(table)
    lines = [limit(fanout), f"A stream falls back {fanout.drift:.2f} ms with each event."]
    if fanout.cpu_us is not None and fanout.server:
        lines.append(
            f"Server: {fanout.cpu_us:.0f} µs of CPU an event, "
            f"{_each(fanout.server.bytes_with - fanout.server.bytes_before, fanout.connected)} "
            "of memory a subscriber."
        )
    if alone:
        rate = fanout.lateness.count / fanout.seconds
        cores = sum(each.cores for each in fanout.generators)
        grown = sum(each.bytes_with - each.bytes_before for each in fanout.generators)
        lines.append(
            f"Generator: {cores / rate * 1e6:.0f} µs of CPU an event, "
            f"{_each(grown, fanout.connected)} of memory a subscriber."
        )
    if apart := disagreement(fanout.lateness, fanout.raw):
        lines.append(f"Doubt: {apart}.")
    screen.print(*lines, *fanout.notes, sep="\n")


def _add(table: Table, name: str, spread: Spread) -> None:
    times = (spread.p50, spread.p90, spread.p99, spread.p999, spread.max)
    table.add_row(name, str(spread.count), *(f"{ms:.2f}" if spread.count else "-" for ms in times))


def _each(size: int, subscribers: int) -> str:
    return f"{size / max(1, subscribers) / 1024:.1f} KiB"

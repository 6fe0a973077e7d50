"""What a run says at its end: the figures, if they may be shown, and why not otherwise."""

import sys
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from starlette_conformance.load.profile_verdict import profile_notes
from starlette_conformance.load.rates import KEPT_UP, generator, rate
from starlette_conformance.load.results_file import Fanout, Requests, Results, Spread
from starlette_conformance.load.run_verdict import FINDING, Verdict, limit, unverified
from starlette_conformance.output.console import console

WITHOUT = "WithoutAuthUser"
"""What the users of basic_auth are compared with, where it is there."""


def print_report(results: Results, verdict: Verdict, aside: bool) -> None:
    """Print the tables where there is a speed to report, and the verdict in any case.

    To stderr where it is `aside`, since the figures go to stdout.
    """
    screen = console(stderr=aside)
    screen.print()
    if verdict.reports_speed:
        screen.print(*stacks(results.servers), sep="\n", soft_wrap=True)
        print_tables(results, verdict, screen)
    headline, sentences = conclusion(results, verdict)
    ending = console(stderr=True) if verdict.exit_code else screen
    ending.print(headline, style="bold red" if verdict.exit_code else "")
    for sentence in sentences:
        ending.print(f"  {sentence}", soft_wrap=True)
    sys.stderr.flush()


def stacks(servers: Mapping[str, str]) -> list[str]:
    """A line for each server, with the User classes that load it."""
    return [
        f"{', '.join(name for name, each in servers.items() if each == server)}: {server}"
        for server in dict.fromkeys(servers.values())
    ]


def conclusion(results: Results, verdict: Verdict) -> tuple[str, list[str]]:
    """What comes first, and why."""
    if verdict.exit_code and verdict.reports_speed:
        return "Failed, beyond a threshold:", [*verdict.sentences]
    if verdict.exit_code:
        kind = "Failed" if verdict.exit_code == FINDING else "Inconclusive"
        rates = _rates(results) if results.requests else ()
        sentences = dict.fromkeys((*verdict.sentences, *rates))
        return f"{kind}. No speed is reported:", [*sentences]
    if why := unverified(results):
        return f"Correctness: OK. Latency: not verified, since {why}.", []
    if any(each.sent < KEPT_UP * each.target for each in results.requests.values()):
        return "Correctness: OK. Rate: below the target.", []
    return "Good: every response was as expected, and the generator was not the limit.", []


def print_tables(results: Results, verdict: Verdict, screen: Console) -> None:
    """Of the figures, if they may be shown."""
    if verdict.reports_speed and results.requests:
        _print_requests(results, screen)
    if verdict.reports_speed and results.fanout:
        _print_fanout(results.fanout, screen, alone=not results.requests)


def _rates(results: Results) -> Iterator[str]:
    for name, each in results.requests.items():
        yield rate(name, each, results)
    yield generator(results)


def _print_requests(results: Results, screen: Console) -> None:
    if results.sides:
        screen.print(_turns(results))
    else:
        screen.print(_times(results))
    screen.print(*_rates(results), sep="\n", soft_wrap=True)
    base = results.requests.get(WITHOUT)
    for name, each in results.requests.items():
        if each.cpu_us is not None and not results.sides:
            share = (
                f", {each.cpu_us / base.cpu_us:.0%} of {WITHOUT}" if base and base.cpu_us else ""
            )
            screen.print(f"{name}: {each.cpu_us:.0f} µs of the server's CPU a request{share}.")


def _times(results: Results) -> Table:
    table = _spreads("time of requests, in ms, less is better", "requests")
    for name, each in results.requests.items():
        _add(table, name, each.time)
        _add(table, "  since it was due", each.due)
    _add(table, "null server (generator's own)", results.null)
    return table


def _turns(results: Results) -> Table:
    """OLD and NEW, which had their turns."""
    title = "in turns, in ms and µs (less is better, but for requests/s)"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("", "OLD", "NEW", "change"):
        table.add_column(name, justify="right" if name else "left")
    for user in dict.fromkeys(name.rpartition(" ")[0] for name in results.requests):
        pair = [results.requests[f"{user} {side}"] for side in ("OLD", "NEW")]
        table.add_section()
        table.add_row(user, *results.sides)
        for name, old, new in _figures(pair):
            change = f"{new / old - 1:+.0%}" if old else "-"
            table.add_row(f"  {name}", f"{old:,.2f}", f"{new:,.2f}", change)
    return table


def _figures(pair: Sequence[Requests]) -> Iterator[tuple[str, float, float]]:
    old, new = pair
    yield "requests/s", old.sent / (old.seconds or 1.0), new.sent / (new.seconds or 1.0)
    for name in ("p50", "p99"):
        yield name, getattr(old.time, name), getattr(new.time, name)
        yield f"{name} since due", getattr(old.due, name), getattr(new.due, name)
    yield "server CPU µs", old.cpu_us or 0.0, new.cpu_us or 0.0


def _spreads(title: str, what: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("", what, "p50", "p90", "p99", "p99.9", "max"):
        table.add_column(name, justify="right" if name else "left")
    return table


def _print_fanout(fanout: Fanout, screen: Console, alone: bool) -> None:
    """`alone`: without users of other kinds, whose CPU time would count for the streams."""
    table = _spreads(
        f"lateness of events, in ms, less is better ({fanout.connected} subscribers, "
        f"an event every {fanout.interval:g} s, {fanout.seconds:.0f} s)",
        "events",
    )
    _add(table, "event lateness", fanout.lateness)
    _add(table, "raw reader, beside them", fanout.raw)
    _add(table, "null server (the generator's own)", fanout.null)
    _add(table, "the generator's own loop", fanout.lag)
    screen.print(table)
    times = _spreads("times of events, in ms", "events")
    _add(times, "first event, since its request", fanout.first_event)
    _add(times, "event gap, between two of a stream", fanout.gap)
    screen.print(times)
    lines = [limit(fanout), f"A stream falls back {fanout.drift:.2f} ms with each event."]
    if fanout.cpu_us is not None and fanout.server:
        lines.append(
            f"Server: {fanout.cpu_us:.0f} µs of CPU an event, "
            f"{_each(fanout.server.bytes_with - fanout.server.bytes_before, fanout.connected)} "
            "of memory a subscriber."
        )
    if alone:
        events = fanout.lateness.count / fanout.seconds
        cores = sum(each.cores for each in fanout.generators)
        grown = sum(each.bytes_with - each.bytes_before for each in fanout.generators)
        lines.append(
            f"Generator: {cores / events * 1e6:.0f} µs of CPU an event, "
            f"{_each(grown, fanout.connected)} of memory a subscriber."
        )
    screen.print(*lines, *fanout.notes, *profile_notes(fanout), sep="\n")


def _add(table: Table, name: str, spread: Spread) -> None:
    times = (spread.p50, spread.p90, spread.p99, spread.p999, spread.max)
    table.add_row(name, str(spread.count), *(f"{ms:.2f}" if spread.count else "-" for ms in times))


def _each(size: int, subscribers: int) -> str:
    return f"{size / max(1, subscribers) / 1024:.1f} KiB"

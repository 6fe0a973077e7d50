"""What the figures of a run allow to be said. Correctness comes first: where anything was lost, or
the generator itself was the limit, there is no speed to report.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette_conformance.load.profile_verdict import profile_doubts, profile_findings
from starlette_conformance.load.rates import (
    BUSY_CORES,
    COUNTS_MS,
    GENERATOR,
    MACHINE,
    SHARE,
    limit_of_requests,
    own_limit,
    rate,
    starved,
)
from starlette_conformance.load.results_file import Fanout, Process, Results, Spread

LAG_MS = 100.0
"""How late the generator's own loop may be, 99 times of 100."""

AGREE = {"p50": 0.10, "p99": 0.25}
"""How far the raw reader may be away, or by `AGREE_MS`."""

AGREE_MS = 2.0

ENOUGH = 500
"""Events without which a p99 says nothing."""

FINDING = 1
CANNOT_TELL = 3


@dataclass(frozen=True)
class Thresholds:
    """What the user allows: p99 in milliseconds, and the least percentage of the target rate."""

    p99: float | None = None
    rate: float | None = None


@dataclass(frozen=True)
class Verdict:
    """The exit code of a run, and why. Only with `reports_speed` may a speed be shown."""

    exit_code: int
    sentences: tuple[str, ...]
    reports_speed: bool = False


def judged(results: Results, thresholds: Thresholds = Thresholds()) -> Verdict:
    """Findings (exit code 1), else why it is inconclusive (3), else what is beyond a threshold (1),
    else good (0).
    """
    verdict = measured(results)
    if verdict.exit_code:
        return verdict
    if why := tuple(_limits(results)):
        return Verdict(CANNOT_TELL, why)
    if beyond := tuple(_beyond(results, thresholds)):
        return Verdict(FINDING, beyond, reports_speed=True)
    return verdict


def measured(results: Results) -> Verdict:
    """As `judged`, whoever had the machine, and whatever the raw reader says."""
    if found := tuple(_findings(results)):
        first = [f"the first: {each}" for each in results.examples[:1]]
        return Verdict(FINDING, (*found, *first))
    if why := tuple(_doubts(results)):
        return Verdict(CANNOT_TELL, why)
    return Verdict(0, (), reports_speed=True)


def _limits(results: Results) -> Iterator[str]:
    """Where the machine or the generator was the limit, or the raw reader disagrees."""
    for name, requests in results.requests.items():
        if limit_of_requests(results, requests) in {MACHINE, GENERATOR}:
            yield rate(name, requests, results)
        elif requests.due.p99 > COUNTS_MS and results.null.p99 > SHARE * requests.due.p99:
            yield (
                f"{name}: {own_limit(results.cores, results.waiting)}: the null server's responses "
                f"seemed {results.null.p99:.1f} ms late at p99, and the app's "
                f"{requests.due.p99:.1f}"
            )
        elif requests.due.p99 > COUNTS_MS and (server := requests.server) and starved(server):
            yield (
                f"{name}: {MACHINE}: its server had one for {server.cores:.0%} of the time, and "
                f"waited for one for {server.waiting:.0%}"
            )
    if (fanout := results.fanout) and fanout.lateness.count:
        if fanout.lateness.p99 > COUNTS_MS and starved(fanout.server):
            yield limit(fanout)
        if apart := disagreement(fanout.lateness, fanout.raw):
            yield apart


def _beyond(results: Results, thresholds: Thresholds) -> Iterator[str]:
    times = {name: each.due.p99 for name, each in results.requests.items()}
    if results.fanout:
        times["SseUser"] = results.fanout.lateness.p99
    for name, late in times.items():
        if thresholds.p99 is not None and late > thresholds.p99:
            yield f"{name}: {late:.1f} ms at p99, and --fail-p99 is {thresholds.p99:g}"
    for name, each in results.requests.items():
        if thresholds.rate is not None and 100 * each.sent < thresholds.rate * each.target:
            yield f"{rate(name, each, results)} --fail-rate is {thresholds.rate:g} %."


def _findings(results: Results) -> Iterator[str]:
    yield from results.crashed
    for name, requests in results.requests.items():
        if requests.failures:
            yield f"{name}: {requests.failures} of {requests.count} responses were wrong"
    if (fanout := results.fanout) and not results.respawned:
        for kind, times in sorted(fanout.defects.items()):
            yield f"streams: {times} × {kind}"
        yield from fanout.faults
        yield from profile_findings(fanout)


def _doubts(results: Results) -> Iterator[str]:
    if results.silent:
        yield f"{results.silent} of {results.processes} generators never reported"
    if results.respawned:
        yield (
            "users were spawned again in mid-run: locust took a generator for lost that had no "
            "core, or their number was changed"
        )
    if not results.requests and not results.fanout:
        yield "nothing was measured: no request was made"
    if idle := [name for name, requests in results.requests.items() if not requests.count]:
        yield (
            f"nothing was measured of {', '.join(idle)}: no request was made; give the run more "
            "users (-u) and time (-t), or name fewer User classes"
        )
    if results.requests and results.started < results.users:
        yield (
            f"only {results.started:,} of {results.users:,} users were started before the run "
            "ended: give it a higher spawn rate (-r) or more time (-t)"
        )
    if results.cores > BUSY_CORES:
        yield (
            f"the generator was the limit: it took {results.cores:.0%} of a core "
            f"(at most {BUSY_CORES:.0%})"
        )
    if fanout := results.fanout:
        yield from _doubts_of_streams(fanout)
        yield from profile_doubts(fanout)


def _doubts_of_streams(fanout: Fanout) -> Iterator[str]:
    if fanout.connected < fanout.wanted:
        yield f"only {fanout.connected} of {fanout.wanted} subscribers were connected"
    if not fanout.lateness.count:
        yield (
            "nothing was measured: events count when all subscribers have had their first one, and "
            "none came after that; give it more time (-t) or a higher spawn rate (-r)"
        )
        return
    if not fanout.null.count:
        yield "the generator's own share is not known: no event of the null server came in time"
    if fanout.lag.p99 > LAG_MS:
        yield (
            f"the generator was the limit: its own loop was {fanout.lag.p99:.0f} ms late at p99 "
            f"(at most {LAG_MS:.0f})"
        )
    if fanout.lateness.p99 > COUNTS_MS and fanout.null.p99 > SHARE * fanout.lateness.p99:
        yield (
            f"{_own_limit(fanout)}: the null server's events seemed {fanout.null.p99:.1f} ms "
            f"late at p99, and the app's {fanout.lateness.p99:.1f}"
        )


def _own_limit(fanout: Fanout) -> str:
    """Of the generator that waited most."""
    most = max(fanout.generators, key=lambda each: each.waiting, default=Process())
    return own_limit(most.cores, most.waiting)


def limit(fanout: Fanout) -> str:
    """Whether the server or the generator was the limit, and who had the cores.

    An event loop that wakes all streams at once is late while most of its time is idle, so it is
    not the server's CPU that counts, but what is left of the lateness without the generator.
    """
    processes = {f"generator {n + 1}": each for n, each in enumerate(fanout.generators)}
    if len(fanout.generators) == 1:
        processes = {"generator": fanout.generators[0]}
    if fanout.server:
        processes = {"server": fanout.server} | processes
    shares = ", ".join(
        f"the {name} took {each.cores:.0%} of a core and waited for one {each.waiting:.0%} of the "
        "time"
        for name, each in processes.items()
    )
    own = (
        f"at p99, the app's events were {fanout.lateness.p99:.1f} ms late, and the null server's "
        f"{fanout.null.p99:.1f}"
    )
    if fanout.lateness.p99 <= COUNTS_MS:
        first = f"Neither was at its limit: {own}."
    elif fanout.null.p99 > SHARE * fanout.lateness.p99:
        first = f"{_own_limit(fanout).capitalize()}: {own}."
    elif starved(fanout.server):
        first = f"{MACHINE.capitalize()}: {own}."
    else:
        first = f"The server was the limit, not the generator: {own}."
    return f"{first} {shares[:1].upper()}{shares[1:]}."


def unverified(results: Results) -> str:
    """Why latency is not verified, though nothing speaks against it; empty where it is."""
    raw = results.fanout.raw if results.fanout else None
    if raw is None or raw.count >= ENOUGH:
        return ""
    return f"the raw reader saw only {raw.count} events ({ENOUGH} needed)"


def disagreement(lateness: Spread, raw: Spread) -> str | None:
    """What to say where the raw reader saw another lateness of the same server."""
    if raw.count < ENOUGH:
        return None
    pairs = {name: (getattr(lateness, name), getattr(raw, name)) for name in AGREE}
    apart = [
        f"{name} {ours:.2f} ms here and {theirs:.2f} ms there"
        for name, (ours, theirs) in pairs.items()
        if abs(ours - theirs) > max(AGREE_MS, AGREE[name] * theirs)
    ]
    return f"the raw reader does not agree: {', '.join(apart)}" if apart else None

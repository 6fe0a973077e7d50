"""Counts: instructions and bytes of one request, or of one event, of a server process.

What starts, warms up or reads cancels out: a request's count is the slope between none and
`REQUESTS` of them, an event's that between a stream of `SHORT` events and one of `LONG`. Each is
taken several times. The place of a repeat in the life of the process matters, as caches fill: it
moves a count, but alike in every process that runs the same files. So stacks are compared repeat by
repeat.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from starlette_conformance.cost.callgrind import Counted
from starlette_conformance.cost.manifest import Benchmark
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.stacks.tempdirs import scratch

WARM_UP = 30
REQUESTS = 20
REPEATS = 5
SHORT = 5
LONG = 45


@dataclass(frozen=True)
class Count:
    """Instructions a unit, by repeat in each of `layouts`, and bytes a unit over the wire."""

    instructions: tuple[float, ...]
    bytes: float
    layouts: int = 1

    def __add__(self, other: "Count") -> "Count":
        instructions = self.instructions + other.instructions
        return Count(instructions, self.bytes, self.layouts + other.layouts)

    @property
    def mean(self) -> float:
        return fmean(self.instructions)


def count(
    environment: Environment,
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
) -> dict[str, Count]:
    """Count benchmarks on a stack, each app in one process; `done` is called after each of them.

    Counts compare only where the `layout` is the same.
    """
    counts: dict[str, Count] = {}
    for app, those in groupby(benchmarks, key=lambda benchmark: benchmark.app):
        with scratch() as folder, Counted(app, environment, folder, layout) as counted:
            port = counted.port()
            for benchmark in those:
                of = _of_events if benchmark.streams else _of_requests
                counts[benchmark.name] = of(counted, port, benchmark)
                done()
    return counts


def _of_requests(counted: Counted, port: int, benchmark: Benchmark) -> Count:
    with Line(counted.server, port, benchmark) as line:

        def instructions_of(times: int) -> int:
            for _ in range(times):
                line.exchange()
                counted.settle()
            return counted.read()

        instructions_of(WARM_UP)
        nothing = instructions_of(0)
        before = line.received
        totals = [instructions_of(REQUESTS) for _ in range(REPEATS)]
        received = (line.received - before) / (REQUESTS * REPEATS)
    return Count(tuple((total - nothing) / REQUESTS for total in totals), received)


def _of_events(counted: Counted, port: int, benchmark: Benchmark) -> Count:
    def follow(events: int) -> tuple[int, int, int]:
        """Instructions, events that the server made, and bytes, of a stream of so many events."""
        before = _made(counted)
        with Line(counted.server, port, benchmark) as line:
            line.follow(events)
        total = counted.read()
        return total, _made(counted) - before, line.received

    follow(SHORT)
    follow(LONG)
    found = []
    for _ in range(REPEATS):
        (few, made_few, short), (many, made_many, long) = follow(SHORT), follow(LONG)
        if made_many <= made_few:
            raise CannotTell(f"{benchmark.name}: {made_few} and {made_many} events were made")
        found.append((many - few) / (made_many - made_few))
    return Count(tuple(found), (long - short) / (LONG - SHORT))


def _made(counted: Counted) -> int:
    """How many events the app has made, which a client that leaves need not have received."""
    return sum("Event: {" in line for line in counted.server.log.lines())

"""Counts: instructions, system calls and bytes of one request, or of one event, of a server.

Requests are counted one by one, each sent when the server rests, after so many that caches are
full. The median of them is some hundredths of a percent apart in two processes, where no threads
take turns. Events are counted by the slope between a stream of `SHORT` of them and one of `LONG`.
The place of a repeat in the life of the process matters, alike in every process, so stacks are
compared repeat by repeat.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from statistics import median

from starlette_conformance.cost.benchmark import USUAL, Benchmark
from starlette_conformance.cost.callgrind import OWN, Counted
from starlette_conformance.cost.dump import Reading
from starlette_conformance.cost.one_path import OnePath
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks.tempdirs import scratch

WARM_UP = 40
"""Of each benchmark, also where others have warmed its server: after 16, one was 11 % apart. Of all
benchmarks, before any is counted, since callgrind takes six times as long for a request."""
SETTLED = 8
"""Once more of each before it is counted, since others came between."""
REQUESTS = 9
FEWER = 7
"""Of each, where there are many benchmarks."""
BRIEF_WARM_UP, BRIEF_SETTLED, BRIEF = 10, 4, 5
"""Of what is measured briefly: equal stacks were no more than 0.13 % apart."""
STREAMS = 5
SHORT = 5
LONG = 45


@dataclass(frozen=True)
class Count:
    """Instructions a unit, by repeat in each of `layouts`, and bytes a unit over the wire.

    `syscalls` has the median of system calls a unit by name, the mean of that in all layouts, and
    `totals` those of all names by repeat; `apart` is how many more one repeat has than another, and
    so is `bytes_apart`.
    """

    instructions: tuple[float, ...]
    bytes: float
    layouts: int = 1
    syscalls: Mapping[str, float] = field(default_factory=dict)
    totals: tuple[float, ...] = (0.0,)
    bytes_apart: int = 0

    def __add__(self, other: "Count") -> "Count":
        layouts = self.layouts + other.layouts
        both = (self, other)
        calls = {
            name: sum(each.syscalls.get(name, 0) * each.layouts for each in both) / layouts
            for name in sorted({*self.syscalls, *other.syscalls})
        }
        return replace(
            self,
            instructions=self.instructions + other.instructions,
            layouts=layouts,
            syscalls=calls,
            totals=self.totals + other.totals,
        )

    @property
    def apart(self) -> float:
        return max(self.totals) - min(self.totals)

    @property
    def each(self) -> "list[Count]":
        """One of each layout."""
        some = len(self.instructions) // self.layouts
        return [
            replace(self, instructions=self.instructions[some * n : some * (n + 1)], layouts=1)
            for n in range(self.layouts)
        ]

    @property
    def median(self) -> float:
        return median(self.instructions)


def repeats_for(benchmarks: int) -> int:
    return REQUESTS if benchmarks <= USUAL else FEWER


def count(
    environment: Environment,
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
    repeats: int | None = None,
) -> dict[str, Count]:
    """Count benchmarks on a stack, each app in one process; `done` is called after each of them.

    Counts compare only where the `layout` is the same, and so are `repeats`.
    """
    (counts,) = count_alike([environment], benchmarks, done, layout, repeats)
    return counts


def count_alike(
    environments: Sequence[Environment],
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
    repeats: int | None = None,
) -> list[dict[str, Count]]:
    """As `count`, of several stacks one after the other, from one path."""
    counts: list[dict[str, Count]] = [{} for _ in environments]
    with scratch() as folder:
        one_path = OnePath(folder)
        for _, grouped in groupby(benchmarks, key=lambda benchmark: benchmark.app):
            those = list(grouped)
            for environment, found in zip(environments, counts, strict=True):
                there = one_path.lead_to(environment)
                _compile(there, those, one_path, folder / OWN)
                with Counted(those[0], there, folder, layout, one_path.variables) as counted:
                    port = counted.port()
                    for benchmark in those:
                        if not benchmark.streams:
                            with Line(counted.server, port, benchmark) as line:
                                brief = benchmark.sending.briefly
                                _warm(counted, line, BRIEF_WARM_UP if brief else WARM_UP)
                    counted.begin()
                    for benchmark in those:
                        found[benchmark.name] = (
                            _of_events(counted, port, benchmark)
                            if benchmark.streams
                            else _of_requests(counted, port, benchmark, repeats or REQUESTS)
                        )
                        done()
    return counts


def _compile(
    environment: Environment, benchmarks: Sequence[Benchmark], one_path: OnePath, own: Path
) -> None:
    """Have a server load whatever the benchmarks need, which leaves its bytecode."""
    server = benchmarks[0].start(environment, Under(pinned=one_path.variables), 0.001, own)
    try:
        port = server.port()
        for benchmark in benchmarks:
            with Line(server, port, benchmark) as line:
                line.follow(1) if benchmark.streams else line.exchange()
    finally:
        server.kill()


def _warm(counted: Counted, line: Line, times: int) -> None:
    for _ in range(times):
        line.exchange()
        counted.settle()


def _of_requests(counted: Counted, port: int, benchmark: Benchmark, repeats: int) -> Count:
    settled = SETTLED
    if benchmark.sending.briefly:
        settled, repeats = BRIEF_SETTLED, min(repeats, BRIEF)
    with Line(counted.server, port, benchmark) as line:
        _warm(counted, line, settled)
        counted.read()
        nothing = counted.read()
        sizes, found = [], []
        for _ in range(repeats):
            before = line.received
            line.exchange()
            sizes.append(line.received - before)
            found.append(counted.read())
    one = _count(found, [nothing] * repeats, [1] * repeats, sum(sizes) / repeats)
    return replace(one, bytes_apart=max(sizes) - min(sizes))


def _of_events(counted: Counted, port: int, benchmark: Benchmark) -> Count:
    def follow(events: int) -> tuple[Reading, int, int]:
        """What was counted, events that the server made, and bytes, of a stream of so many."""
        before = _made(counted)
        with Line(counted.server, port, benchmark) as line:
            line.follow(events)
        reading = counted.read()
        return reading, _made(counted) - before, line.received

    follow(SHORT)
    follow(LONG)
    long, short, units = [], [], []
    for _ in range(STREAMS):
        (few, made_few, bytes_few), (many, made_many, bytes_many) = follow(SHORT), follow(LONG)
        if made_many <= made_few:
            raise CannotTell(f"{benchmark.name}: {made_few} and {made_many} events were made")
        long.append(many)
        short.append(few)
        units.append(made_many - made_few)
    return _count(long, short, units, (bytes_many - bytes_few) / (LONG - SHORT))


def _count(
    more: Sequence[Reading], less: Sequence[Reading], units: Sequence[int], received: float
) -> Count:
    """What `more` has beyond `less`, a unit."""
    pairs = list(zip(more, less, units, strict=True))
    names = {name for reading in (*more, *less) for name in reading.syscalls}
    calls = {
        name: median((a.syscalls.get(name, 0) - b.syscalls.get(name, 0)) / n for a, b, n in pairs)
        for name in sorted(names)
    }
    totals = [(sum(a.syscalls.values()) - sum(b.syscalls.values())) / n for a, b, n in pairs]
    return Count(
        tuple((a.instructions - b.instructions) / n for a, b, n in pairs),
        received,
        syscalls={name: times for name, times in calls.items() if times},
        totals=tuple(totals),
    )


def _made(counted: Counted) -> int:
    """How many events the app has made, which a client that leaves need not have received."""
    return sum("Event: {" in line for line in counted.server.log.lines())

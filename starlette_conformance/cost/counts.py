"""Counts: instructions, system calls and bytes of one request, or of one event, of a server.

Requests are counted one by one, each sent when the server rests, after so many that caches are
full. The median of them is some hundredths of a percent apart in two processes, where no threads
take turns. Events are counted by the slope between a stream of `SHORT` of them and one of `LONG`.
The place of a repeat in the life of the process matters, alike in every process, so stacks are
compared repeat by repeat.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import median

from starlette_conformance.cost.benchmark import USUAL, Benchmark
from starlette_conformance.cost.callgrind import (
    INTERVAL,
    OWN,
    START_SECONDS,
    Counted,
    under_callgrind,
)
from starlette_conformance.cost.dump import Reading
from starlette_conformance.cost.measured_server import alike
from starlette_conformance.cost.one_path import placed, take_bytecode
from starlette_conformance.cost.traffic import Line
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under
from starlette_conformance.process.worker_threads import side_by_side

APPS_AT_A_TIME = 2
"""Of a stack: a second one executes while the first waits for vgdb, 0.1 s each time."""
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


def repeats_for(benchmarks: int) -> int:
    return REQUESTS if benchmarks <= USUAL else FEWER


def count(
    environment: Environment,
    benchmarks: Iterable[Benchmark],
    done: Callable[[], None] = lambda: None,
    layout: int = 0,
    repeats: int = REQUESTS,
) -> dict[str, Count]:
    """Count benchmarks on a stack, each app in one process; `done` is called after each of them.

    Counts compare only where the `layout` is the same, and so are `repeats`. What else the machine
    does is no matter, so apps are counted side by side.
    """
    grouped = _by_app(benchmarks)
    with placed(environment) as place, ExitStack() as exits:
        own = [place.folder / str(number) / OWN for number in range(len(grouped))]
        for each in own:
            each.parent.mkdir()
        _compile(place.environment, grouped, Under(pinned=place.variables), own)
        under = under_callgrind(place.folder, place.variables, layout)
        forker = _forker(place.environment, grouped, under, exits)

        def counted(number: int, those: Sequence[Benchmark]) -> dict[str, Count]:
            found = {}
            server = _start(place.environment, those[0], under, own[number], forker)
            try:
                for name, each in _of_app(Counted(server, place.folder), those, repeats):
                    found[name] = each
                    done()
            finally:
                server.kill()
            return found

        calls = [partial(counted, number, those) for number, those in enumerate(grouped)]
        found = side_by_side(calls, APPS_AT_A_TIME)
    return {name: each for counts in found for name, each in counts.items()}


def compile_ahead(
    environment: Environment, benchmarks: Iterable[Benchmark], compiled: Path
) -> None:
    """Leave the bytecode of what is forked in a folder, for servers of paired runs; each user's app
    of these compiles its own.
    """
    take_bytecode(environment, compiled)
    forked = _by_app(each for each in benchmarks if each.forks)
    variables = {"PYTHONPYCACHEPREFIX": str(compiled)}
    _compile(environment, forked, Under(pinned=variables), [None] * len(forked))


def _by_app(benchmarks: Iterable[Benchmark]) -> list[list[Benchmark]]:
    return [list(each) for _, each in groupby(benchmarks, key=lambda benchmark: benchmark.app)]


def _forker(
    environment: Environment, grouped: Sequence[Sequence[Benchmark]], under: Under, exits: ExitStack
) -> Forker | None:
    if not any(those[0].forks for those in grouped):
        return None
    return exits.enter_context(Forker(alike(environment), under, START_SECONDS))


def _start(
    environment: Environment,
    benchmark: Benchmark,
    under: Under,
    own: Path | None,
    forker: Forker | None,
) -> Server:
    given = forker if benchmark.forks else None
    return benchmark.start(environment, under, INTERVAL, own, given)


def _compile(
    environment: Environment,
    grouped: Sequence[Sequence[Benchmark]],
    under: Under,
    own: Sequence[Path | None],
) -> None:
    """Have servers load whatever the benchmarks need, which leaves its bytecode."""
    with ExitStack() as exits:
        forker = _forker(environment, grouped, under, exits)
        for those, folder in zip(grouped, own, strict=True):
            server = _start(environment, those[0], under, folder, forker)
            try:
                port = server.port()
                for benchmark in those:
                    with Line(server, port, benchmark) as line:
                        line.follow(1) if benchmark.streams else line.exchange()
            finally:
                server.kill()


def _of_app(
    counted: Counted, benchmarks: Sequence[Benchmark], repeats: int
) -> Iterator[tuple[str, Count]]:
    port = counted.server.port(START_SECONDS)
    for benchmark in benchmarks:
        with Line(counted.server, port, benchmark) as line:
            if benchmark.streams:
                line.follow(LONG)
            else:
                _warm(counted, line, BRIEF_WARM_UP if benchmark.sending.briefly else WARM_UP)
    counted.begin()
    for benchmark in benchmarks:
        yield (
            benchmark.name,
            _of_events(counted, port, benchmark)
            if benchmark.streams
            else _of_requests(counted, port, benchmark, repeats),
        )


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
        nothing = counted.nothing()
        counted.read()
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

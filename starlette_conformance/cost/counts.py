"""Counts: instructions, system calls and bytes of one request, or of one event, of a server.

Requests are counted one by one, each sent when the server rests, after so many that caches are
full. The median of them is some hundredths of a percent apart in two processes, where no threads
take turns. Events are counted by the slope between a stream of `SHORT` of them and one of `LONG`.
The place of a repeat in the life of the process matters, alike in every process, so stacks are
compared repeat by repeat.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from statistics import median
from typing import TypedDict

from starlette_conformance.cost.benchmark import USUAL, Benchmark
from starlette_conformance.cost.callgrind import (
    OWN,
    START_SECONDS,
    Counted,
    under_callgrind,
)
from starlette_conformance.cost.counted_servers import by_app, compile_all, forker_for, start
from starlette_conformance.cost.dump import Reading
from starlette_conformance.cost.one_path import placed
from starlette_conformance.cost.traffic import Line
from starlette_conformance.cost.unit_count import Count
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.launch import Under
from starlette_conformance.process.worker_threads import side_by_side

APPS_AT_A_TIME = 2
"""Of a stack: a second one executes while the first comes to rest, or its reading is parsed."""
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


class _Calls(TypedDict):
    """As of a `Count`."""

    syscalls: dict[str, float]
    ranges: dict[str, tuple[float, float]]


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
    grouped = by_app(benchmarks)
    with placed(environment) as place, ExitStack() as exits:
        own = [place.folder / str(number) / OWN for number in range(len(grouped))]
        for each in own:
            each.parent.mkdir()
        compile_all(place.environment, grouped, Under(pinned=place.variables), own)
        under = under_callgrind(place.folder, place.variables, layout)
        forker = forker_for(place.environment, grouped, under, exits)

        def counted(number: int, those: Sequence[Benchmark]) -> dict[str, Count]:
            found = {}
            server = start(place.environment, those[0], under, own[number], forker)
            try:
                with Counted(server, place.folder) as counting:
                    for name, each in _of_app(counting, those, repeats):
                        found[name] = each
                        done()
            finally:
                server.kill()
            return found

        calls = [partial(counted, number, those) for number, those in enumerate(grouped)]
        found = side_by_side(calls, APPS_AT_A_TIME)
    return {name: each for counts in found for name, each in counts.items()}


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
        sizes, so_far = [], [counted.total()]
        for _ in range(repeats):
            before = line.received
            line.exchange()
            sizes.append(line.received - before)
            so_far.append(counted.total())
        calls = _alike(so_far, counted.read(), nothing)
        if calls is None:
            found = []
            for _ in range(repeats):
                line.exchange()
                found.append(counted.read())
            calls = _calls(found, [nothing] * repeats, [1] * repeats)
    instructions = (b - a - nothing.instructions for (a, _), (b, _) in pairwise(so_far))
    apart = max(sizes) - min(sizes)
    return Count(tuple(instructions), sum(sizes) / repeats, bytes_apart=apart, **calls)


def _alike(so_far: Sequence[tuple[int, int]], whole: Reading, nothing: Reading) -> _Calls | None:
    """System calls of a request, where each made as many of the same; None otherwise."""
    requests = len(so_far) - 1
    calls = {
        name: (times - (requests + 2) * nothing.syscalls.get(name, 0)) / requests
        for name, times in sorted(whole.syscalls.items())
    }
    if len({b - a for (_, a), (_, b) in pairwise(so_far)}) > 1:
        return None
    if not all(each.is_integer() for each in calls.values()):
        return None
    return {"syscalls": {name: times for name, times in calls.items() if times}, "ranges": {}}


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
    of_an_event = zip(long, short, units, strict=True)
    return Count(
        tuple((a.instructions - b.instructions) / n for a, b, n in of_an_event),
        (bytes_many - bytes_few) / (LONG - SHORT),
        **_calls(long, short, units),
    )


def _calls(more: Sequence[Reading], less: Sequence[Reading], units: Sequence[int]) -> _Calls:
    """System calls that `more` has beyond `less`, a unit."""
    pairs = list(zip(more, less, units, strict=True))
    names = {name for reading in (*more, *less) for name in reading.syscalls}
    calls = {
        name: [(a.syscalls.get(name, 0) - b.syscalls.get(name, 0)) / n for a, b, n in pairs]
        for name in sorted(names)
    }
    made = {name: median(each) for name, each in calls.items()}
    return {
        "syscalls": {name: times for name, times in made.items() if times},
        "ranges": {n: (min(each), max(each)) for n, each in calls.items() if len({*each}) > 1},
    }


def _made(counted: Counted) -> int:
    """How many events the app has made, which a client that leaves need not have received."""
    return sum("Event: {" in line for line in counted.server.log.lines())

"""Paired runs: CPU time, waiting, memory left behind, and starts, with both stacks' servers alive.

A round starts three servers: the old stack, the old stack again, and the new one. They serve blocks
in turn, in an order that goes round, so that what the machine does to one it does to all. The first
two are the same code: how far they differ is the noise of this run, and what the run cannot see.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from statistics import median, quantiles

import psutil

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.measured_server import servers_by_role
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.process import census
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under

ROLES = ("old", "again", "new")
BLOCKS = 11
"""In a round, at the most: of streams, and of slow requests, a block has few."""
FEW_BLOCKS = 4
"""At the least, and where there are many benchmarks: more would take minutes, and counts decide."""
UNITS = 480
"""So many requests, or streams, there are after the first block, if `BLOCKS` suffice."""
PIPELINED = 225
"""Requests of a block that are sent at once, which spares time on the client's side. Of
a benchmark with a weight there are so many times fewer."""
ALONE = 25
"""Requests of a block whose latency is taken, each sent after the response to the one before."""
FEWEST, ALONE_SECONDS = 5, 0.1
"""So many of them at the least, and for so long at the most: where either stack responds late, all
servers are sent the others with the rest.
"""
STREAMS = 6
EVENTS = 5
INTERVAL = 0.0001
"""Seconds between two events."""
PINNED = {"PYTHONHASHSEED": "0"}
STARTS = 8
"""Of each role, where the few of the rounds seem dearer."""


@dataclass
class Served:
    """What one server did in a round: by block, CPU seconds a unit, and resident bytes at its end.

    `units` are requests a block, or closed streams; CPU time counts by request or by event.
    `waits` are latencies without the server's CPU time, and `start` is the CPU time of its start.
    `censuses` are of what it kept after the first block, and after the last.
    """

    units: int
    start: float = 0.0
    cpu: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    censuses: list[census.Census] = field(default_factory=list)

    def kept(self, name: str) -> float:
        """How many more of what a census counts come with each unit."""
        first, last = (getattr(each, name) for each in self.censuses)
        return float(last - first) / self.units_between

    @property
    def units_between(self) -> int:
        """How many there were between both censuses."""
        return self.units * max(1, len(self.resident) - 1)

    @property
    def says_use(self) -> bool:
        """Whether it is known how many bytes are in use."""
        return bool(self.censuses) and all(each.used is not None for each in self.censuses)

    @property
    def waiting(self) -> float:
        """The lower quartile, in seconds, as neighbours only ever add to it."""
        return quantiles(self.waits, n=4)[0]

    @property
    def latency(self) -> float:
        """Median, in seconds."""
        return median(self.latencies)


Round = dict[str, Served]
"""What the servers of a round did, by role."""


def rounds_for(benchmarks: int) -> int:
    """How many rounds each benchmark has before anything is said: a run with few benchmarks has few
    A/A pairs otherwise.
    """
    return 1 if benchmarks >= 4 else 2


def run(
    old: Environment,
    new: Environment,
    benchmarks: Sequence[Benchmark],
    compiled: Path,
    rounds: Iterable[int],
    few: bool = False,
    done: Callable[[], None] = lambda: None,
) -> dict[str, list[Round]]:
    """Measure benchmarks that share servers, in rounds of these numbers, perhaps with few blocks;
    `done` is called after each round of each. Bytecode lies in the folder `compiled`.
    """
    found: dict[str, list[Round]] = {each.name: [] for each in benchmarks}
    stacks = by_role(old, new)
    under = Under(script=[str(census.RUNNER)], pinned=pinned(compiled))
    for number in rounds:
        for name, one in _round(stacks, benchmarks, under, number, few, done):
            found[name].append(one)
    return found


def blocks_for(benchmark: Benchmark, few: bool = False) -> int:
    """How many blocks each of its rounds has."""
    if few or benchmark.sending.briefly:
        return FEW_BLOCKS
    return min(BLOCKS, max(FEW_BLOCKS, 1 + ceil(UNITS / _units(benchmark))))


def pinned(compiled: Path) -> dict[str, str]:
    """The variables of servers that share the bytecode in a folder."""
    return PINNED | {"PYTHONPYCACHEPREFIX": str(compiled)}


def starts(
    old: Environment, new: Environment, benchmark: Benchmark, compiled: Path
) -> list[dict[str, float]]:
    """CPU seconds until a server listens, by role; one at a time, and none of them compiles."""
    stacks = by_role(old, new)
    found: list[dict[str, float]] = []
    under = Under(pinned=pinned(compiled))
    for turn in range(-1, STARTS):
        seconds = {}
        for role in turned(ROLES, turn):
            with servers_by_role(benchmark, stacks, [role], under, INTERVAL) as (one, _):
                seconds[role] = one[role].cpu_seconds()
        if turn >= 0:
            found.append(seconds)
    return found


def _round(
    stacks: dict[str, Environment],
    benchmarks: Sequence[Benchmark],
    under: Under,
    number: int,
    few: bool,
    done: Callable[[], None],
) -> Iterator[tuple[str, Round]]:
    order = turned(ROLES, number)
    with servers_by_role(benchmarks[0], stacks, order, under, INTERVAL) as (servers, ports):
        starts = {role: servers[role].cpu_seconds() for role in ROLES}
        for each in benchmarks:
            found = {role: Served(_units(each), starts[role]) for role in ROLES}
            _serve(found, servers, ports, each, blocks_for(each, few))
            yield each.name, found
            done()


def _units(benchmark: Benchmark) -> int:
    """Requests, or streams, of a block."""
    if benchmark.streams:
        return STREAMS
    return PIPELINED // benchmark.weight + (FEWEST if benchmark.sending.briefly else ALONE)


def _serve(
    found: Round,
    servers: Mapping[str, Server],
    ports: Mapping[str, int],
    benchmark: Benchmark,
    blocks: int,
) -> None:
    most = FEWEST if benchmark.sending.briefly else ALONE
    warming = [_block(servers[r], ports[r], benchmark, most) for r in turned(ROLES, -1)]
    slowest = max(median(latencies) for latencies, *_ in warming)
    alone = min(most, max(FEWEST, int(ALONE_SECONDS / slowest)))
    for turn in range(blocks):
        for role in turned(ROLES, turn):
            server = servers[role]
            before = server.cpu_seconds()
            latencies, waits, counted = _block(server, ports[role], benchmark, alone)
            found[role].cpu.append((server.cpu_seconds() - before) / counted)
            found[role].resident.append(psutil.Process(server.pid).memory_info().rss)
            found[role].latencies += latencies
            found[role].waits += waits
            if turn in {0, blocks - 1}:
                found[role].censuses.append(census.take(server))


def _block(
    server: Server, port: int, benchmark: Benchmark, alone: int
) -> tuple[list[float], list[float], int]:
    """Latencies, what of them was no CPU time, and for how many units the block counts."""
    latencies, waits = [], []

    def timed(call: Callable[[], None], units: int) -> None:
        began, cpu = time.perf_counter(), server.cpu_seconds()
        call()
        latency = time.perf_counter() - began
        latencies.append(latency / units)
        waits.append(max(0.0, latency - (server.cpu_seconds() - cpu)) / units)

    def stream() -> None:
        with Line(server, port, benchmark) as line:
            line.follow(EVENTS)

    if benchmark.streams:
        for _ in range(STREAMS):
            timed(stream, EVENTS)
        return latencies, waits, STREAMS * EVENTS
    with Line(server, port, benchmark) as line:
        for _ in range(alone):
            line.make_ready()
            timed(line.exchange, 1)
        line.send_pipelined(_units(benchmark) - alone)
    return latencies, waits, _units(benchmark)


def by_role(old: Environment, new: Environment) -> dict[str, Environment]:
    return dict(zip(ROLES, (old, old, new), strict=True))


def turned(roles: Iterable[str], by: int) -> list[str]:
    """Another order each time, so that none comes first, or after a certain one, every time."""
    order = list(roles)
    order = order[by % 3 :] + order[: by % 3]
    return order if by % 2 else order[::-1]

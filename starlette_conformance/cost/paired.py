"""Paired runs: CPU time, memory left behind, and latency, with both stacks' servers alive.

A round starts three servers: the old stack, the old stack again, and the new one. They serve blocks
in turn, in an order that goes round, so that what the machine does to one it does to all. The first
two are the same code: how far they differ is the noise of this run, and what the run cannot see.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

import psutil

from starlette_conformance.cost.manifest import Benchmark
from starlette_conformance.cost.measured_server import measured_server
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under

ROLES = ("old", "again", "new")
BLOCKS = 40
"""In all rounds together: 10,000 requests to each role, or 240 streams."""
PIPELINED = 225
"""Requests of a block that are sent at once, which spares time on the client's side. Of
a benchmark with a weight there are so many times fewer."""
ALONE = 25
"""Requests of a block whose latency is taken, each sent after the response to the one before."""
STREAMS = 6
EVENTS = 5
INTERVAL = 0.0001
"""Seconds between two events."""
PINNED = Under(pinned={"PYTHONHASHSEED": "0"})


@dataclass
class Served:
    """What one server did in a round: by block, CPU seconds a unit, and resident bytes at its end.

    `units` are requests a block, or closed streams; CPU time counts by request or by event.
    """

    units: int
    cpu: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def latency(self) -> float:
        """Median, in seconds."""
        return median(self.latencies)


Round = dict[str, Served]
"""What the servers of a round did, by role."""


def rounds_for(benchmarks: int) -> int:
    """How many rounds of each: a run with few benchmarks has few A/A pairs otherwise."""
    return 2 if benchmarks >= 4 else 4


def run(
    old: Environment,
    new: Environment,
    benchmark: Benchmark,
    rounds: int,
    done: Callable[[], None] = lambda: None,
) -> list[Round]:
    """Measure one benchmark; `done` is called after each round."""
    found = []
    for number in range(rounds):
        stacks = {"old": old, "again": old, "new": new}
        found.append(_round(stacks, benchmark, number, max(BLOCKS // rounds, 4)))
        done()
    return found


def _round(stacks: dict[str, Environment], benchmark: Benchmark, number: int, blocks: int) -> Round:
    with ExitStack() as exits:
        servers = {}
        for role in _turned(ROLES, number):
            servers[role] = measured_server(benchmark.app, stacks[role], PINNED, INTERVAL)
            exits.callback(servers[role].kill)
        ports = {role: server.port() for role, server in servers.items()}
        units = STREAMS if benchmark.streams else PIPELINED // benchmark.weight + ALONE
        found = {role: Served(units) for role in ROLES}
        for turn in range(-1, blocks):  # the first one warms up
            for role in _turned(ROLES, turn):
                server = servers[role]
                before = server.cpu_seconds()
                latencies, counted = _block(server, ports[role], benchmark)
                if turn >= 0:
                    found[role].cpu.append((server.cpu_seconds() - before) / counted)
                    found[role].resident.append(psutil.Process(server.pid).memory_info().rss)
                    found[role].latencies += latencies
    return found


def _block(server: Server, port: int, benchmark: Benchmark) -> tuple[list[float], int]:
    """Latencies, and how many units of CPU time the block counts for."""
    latencies = []
    if benchmark.streams:
        for _ in range(STREAMS):
            began = time.perf_counter()
            with Line(server, port, benchmark) as line:
                line.follow(EVENTS)
            latencies.append((time.perf_counter() - began) / EVENTS)
        return latencies, STREAMS * EVENTS
    with Line(server, port, benchmark) as line:
        for _ in range(ALONE):
            began = time.perf_counter()
            line.exchange()
            latencies.append(time.perf_counter() - began)
        line.send_pipelined(PIPELINED // benchmark.weight)
    return latencies, PIPELINED // benchmark.weight + ALONE


def _turned(roles: Iterable[str], by: int) -> list[str]:
    """Another order each time, so that none comes first, or after a certain one, every time."""
    order = list(roles)
    order = order[by % 3 :] + order[: by % 3]
    return order if by % 2 else order[::-1]

"""Servers that are counted, and those that leave the bytecode for them, of some benchmarks."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.callgrind import INTERVAL, START_SECONDS
from starlette_conformance.cost.measured_server import alike
from starlette_conformance.cost.one_path import take_bytecode
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under


def compile_ahead(
    environment: Environment, benchmarks: Iterable[Benchmark], compiled: Path
) -> None:
    """Leave the bytecode of what is forked in a folder, for servers of paired runs; each user's app
    of these compiles its own.
    """
    take_bytecode(environment, compiled)
    forked = by_app(each for each in benchmarks if each.forks)
    variables = {"PYTHONPYCACHEPREFIX": str(compiled)}
    compile_all(environment, forked, Under(pinned=variables), [None] * len(forked))


def by_app(benchmarks: Iterable[Benchmark]) -> list[list[Benchmark]]:
    return [list(each) for _, each in groupby(benchmarks, key=lambda benchmark: benchmark.app)]


def forker_for(
    environment: Environment, grouped: Sequence[Sequence[Benchmark]], under: Under, exits: ExitStack
) -> Forker | None:
    if not any(those[0].forks for those in grouped):
        return None
    return exits.enter_context(Forker(alike(environment), under, START_SECONDS))


def start(
    environment: Environment,
    benchmark: Benchmark,
    under: Under,
    own: Path | None,
    forker: Forker | None,
) -> Server:
    given = forker if benchmark.forks else None
    return benchmark.start(environment, under, INTERVAL, own, given)


def compile_all(
    environment: Environment,
    grouped: Sequence[Sequence[Benchmark]],
    under: Under,
    own: Sequence[Path | None],
) -> None:
    """Have servers load whatever the benchmarks need, which leaves its bytecode."""
    with ExitStack() as exits:
        forker = forker_for(environment, grouped, under, exits)
        for those, folder in zip(grouped, own, strict=True):
            server = start(environment, those[0], under, folder, forker)
            try:
                port = server.port()
                for benchmark in those:
                    with Line(server, port, benchmark) as line:
                        line.follow(1) if benchmark.streams else line.exchange()
            finally:
                server.kill()

"""One request and its response, again and again on one connection."""

import time
from dataclasses import dataclass

from benchmarks import measured
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.traffic import Line
from starlette_conformance.process.app_server import Server


@dataclass
class Exchanging:
    """A request on a connection that is kept alive, and the one response that it must get."""

    server: Server
    benchmark: Benchmark
    body: bytes | None
    calls: int = 0
    wall: float | None = 0.0

    def __post_init__(self) -> None:
        port, seconds = self.server.port(), measured.SECONDS
        self._line = Line(self.server, port, self.benchmark, self.body, seconds)

    def __call__(self) -> None:
        began = time.perf_counter()
        self._line.exchange()
        assert self.wall is not None
        self.wall += time.perf_counter() - began
        self.calls += 1

    def settle(self) -> None:
        """Nothing waits: the server does nothing without a request."""

    def close(self) -> None:
        self._line.close()

"""The timer of the benchmarks: the CPU time that the server under measurement has used.

pytest-benchmark reads its timer before and after each round. While the server is idle its clock
stands still, and with it whatever else the machine does is left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measured import Measured
from starlette_conformance.process.app_server import Server

READING = 1e-9
"""Seconds by which each reading moves the clock. pytest-benchmark takes the smallest step that it
sees for the clock's resolution, and would wait for a second, in vain, for an idle server's."""

_watched: list[tuple[Server, Measured]] = []
_readings = 0


@contextmanager
def watching(server: Server, call: Measured) -> Iterator[None]:
    """Within the context, `server_cpu_time` is that of this server, which serves these calls."""
    _watched.append((server, call))
    try:
        yield
    finally:
        _watched.pop()


def server_cpu_time() -> float:
    """Seconds of CPU time, user and system, that the server's process has used in all threads."""
    global _readings  # noqa: PLW0603
    _readings += 1
    server, call = _watched[-1]
    call.settle()
    return server.cpu_seconds() + _readings * READING

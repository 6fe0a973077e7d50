"""Fan-out: what an event costs, and how late it is, where many streams are open.

Three servers hold as many streams each at the same time: the old stack, the old stack again, and
the new one, so that what the machine does to one it does to all. One stream at a time shows nothing
of what each event does for all others.
"""

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.measured_server import servers_by_role
from starlette_conformance.cost.paired import ROLES, by_role, pinned, turned
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.descriptors import enough_for
from starlette_conformance.process.launch import Under

STREAMS = 500
INTERVAL = 0.6
"""Seconds between two events of a stream."""
WINDOWS = 4
WINDOW_SECONDS = 0.8
RAMP_SECONDS = 60.0
"""For all streams to have had an event."""


@dataclass
class Served:
    """What one server did: by window, CPU seconds an event; and seconds that events were late."""

    cpu: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    events: int = 0

    @property
    def p99(self) -> float:
        return quantiles(self.late, n=100)[98]


@dataclass
class _Stream:
    role: str
    since: float = 0.0
    """When its last event came."""


class _Reader:
    """All streams of all servers."""

    def __init__(self, served: Mapping[str, Served]) -> None:
        self._served = served
        self._selector = selectors.DefaultSelector()
        self._streams: list[_Stream] = []

    def open(self, role: str, server: Server, port: int, benchmark: Benchmark) -> None:
        connection = socket.create_connection(("127.0.0.1", port), RAMP_SECONDS)
        connection.sendall(benchmark.request(server, port))
        connection.setblocking(False)
        self._streams.append(_Stream(role))
        self._selector.register(connection, selectors.EVENT_READ, self._streams[-1])

    def all_have_events(self) -> bool:
        return all(stream.since for stream in self._streams)

    def read(self, seconds: float) -> None:
        """Read for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                connection, stream = key.fileobj, key.data
                assert isinstance(connection, socket.socket)
                data = connection.recv(65536)
                now = time.monotonic()
                if not data:
                    raise CannotTell(f"a stream of {stream.role} ended in mid-run")
                if events := data.count(b"data: "):
                    served = self._served[stream.role]
                    if stream.since:
                        served.late.append(max(0.0, now - stream.since - INTERVAL))
                    served.events += events
                    stream.since = now

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()


def check() -> None:
    """Raise UsageError where so many streams cannot be open: before anything is measured."""
    enough_for(STREAMS * len(ROLES), "streams")


def measured(
    old: Environment, new: Environment, benchmark: Benchmark, compiled: Path, turn: int
) -> dict[str, Served]:
    """A round of a benchmark that streams, by role. Raises CannotTell."""
    under, order = Under(pinned=pinned(compiled)), turned(ROLES, turn)
    return _round(by_role(old, new), benchmark, under, order)


def _round(
    stacks: Mapping[str, Environment], benchmark: Benchmark, under: Under, order: Sequence[str]
) -> dict[str, Served]:
    found = {role: Served() for role in order}
    with (
        servers_by_role(benchmark, stacks, order, under, INTERVAL) as (servers, ports),
        closing(_Reader(found)) as reader,
    ):
        try:
            _measure(reader, servers, ports, benchmark, found)
        except OSError as error:
            raise CannotTell(f"{benchmark.name}, {STREAMS} streams a stack: {error}") from None
    return found


def _measure(
    reader: _Reader,
    servers: Mapping[str, Server],
    ports: Mapping[str, int],
    benchmark: Benchmark,
    found: Mapping[str, Served],
) -> None:
    for number in range(STREAMS):
        for role, port in ports.items():
            reader.open(role, servers[role], port, benchmark)
        if number % 8 == 7:
            reader.read(INTERVAL * 8 / STREAMS)
    deadline = time.monotonic() + RAMP_SECONDS
    while not reader.all_have_events():
        if time.monotonic() > deadline:
            raise CannotTell(f"{benchmark.name}: a stream had no event in {RAMP_SECONDS:g} s")
        reader.read(INTERVAL)
    reader.read(2 * INTERVAL)
    for served in found.values():
        served.late.clear()
    for _ in range(WINDOWS):
        before = {role: (servers[role].cpu_seconds(), found[role].events) for role in found}
        reader.read(WINDOW_SECONDS)
        for role, (cpu, events) in before.items():
            if found[role].events == events:
                raise CannotTell(f"{benchmark.name}: no event of {role} in {WINDOW_SECONDS:g} s")
            spent = servers[role].cpu_seconds() - cpu
            found[role].cpu.append(spent / (found[role].events - events))

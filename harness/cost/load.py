"""Load: requests one after another on a kept-alive connection, and streams read event by event.

Every answer is checked, since an answer that is wrong has no cost worth telling.
"""

import socket
import time

from harness import wire
from harness.cost.manifest import Benchmark
from harness.failures import CannotTell
from harness.servers import Server

SECONDS = 60.0
"""How long one answer, or one stream, may take; under callgrind all is fifty times as slow."""

AT_ONCE = 25


class Line:
    """A connection to a server that is asked for one benchmark. `received` counts bytes."""

    def __init__(self, server: Server, port: int, benchmark: Benchmark) -> None:
        self.server = server
        self.benchmark = benchmark
        self.received = 0
        self._body: bytes | None = None
        self._length = 0
        self._socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self) -> None:
        """Send the request and receive the whole answer. Raises CannotTell unless it is right."""
        self._send()
        data = b""
        while True:
            data += self._receive()
            message = wire.read(data, "GET")
            if message.fault:
                raise self._wrong(message.fault)
            if message.whole:
                break
        if message.status != self.benchmark.status:
            raise self._wrong(f"status {message.status} instead of {self.benchmark.status}")
        if self._body is None:
            self._body, self._length = message.body, message.end
        if message.body != self._body or message.end != len(data):
            raise self._wrong("another body than before")
        if message.announces_close:
            raise self._wrong("the connection is not kept alive")

    def ask_at_once(self, times: int) -> None:
        """Send many requests, and receive as many answers of the length of the first one.

        Some servers read a few at a time, so no more are under way than fit into one segment.
        """
        self.ask()
        length = self._length
        while times > 0:
            some = min(times, AT_ONCE)
            times -= some
            self._send(some)
            data = b""
            while len(data) < some * length:
                data += self._receive()
            right = data.count(b"HTTP/1.1 %d " % self.benchmark.status)
            if right != some or len(data) != some * length:
                raise self._wrong(f"not {some} answers of {length} bytes, as before")

    def follow(self, events: int) -> None:
        """Read a stream up to its Nth event, each one once and in order, and leave it."""
        self._send()
        data, deadline = b"", time.monotonic() + SECONDS
        chunks: tuple[bytes, ...] = ()
        while len(chunks) < events:
            data += self._receive()
            if time.monotonic() > deadline:
                raise self._wrong(f"{len(chunks)} events in {SECONDS:g} s")
            if not data.endswith(b"\n"):
                continue
            message = wire.read(data, "GET")
            chunks = message.chunks or ()
            if message.fault or message.whole:
                raise self._wrong(message.fault or f"the stream ended after {len(chunks)} events")
        for number, chunk in enumerate(chunks, 1):
            if chunk != b"data: %d\r\n\r\n" % number:
                raise self._wrong(f"{chunk!r} instead of event {number}")
        self.received = message.chunk_ends[events - 1]

    def _send(self, times: int = 1) -> None:
        try:
            self._socket.sendall(self.benchmark.request * times)
        except OSError as error:
            raise self._gone(error) from None

    def _receive(self) -> bytes:
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            raise self._wrong(f"nothing came within {SECONDS:g} s") from None
        except OSError as error:
            raise self._gone(error) from None
        if not data:
            raise self._gone("it closed the connection")
        self.received += len(data)
        return data

    def _wrong(self, what: str) -> CannotTell:
        where = f"{self.benchmark.name} on {self.server.environment}"
        return CannotTell(f"{where} answered wrong: {what}")

    def _gone(self, what: object) -> CannotTell:
        said = [line for line in self.server.log.lines() if line.strip()] or ["(nothing)"]
        where = f"{self.benchmark.name} on {self.server.environment}"
        return CannotTell(f"{where}: the server went in mid-run ({what}); it last said: {said[-1]}")

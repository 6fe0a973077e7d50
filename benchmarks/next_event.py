"""The next event of a stream, again and again."""

import select
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.measured import connected, failure_of, why
from starlette_conformance.cost.traffic import short
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server

SUBSCRIBERS = 10
"""Streams that are open at once, read in turn."""

INTERVAL = 0.001
"""Seconds that the app waits between two events of a stream: the server is hardly ever idle."""

GAP = 2 * INTERVAL
"""After a pause of so many seconds, events wait that were paid for before they were requested."""

TURNS = 1000
"""How often the reader may go over all streams to catch up with the server."""

LINE_LIMIT = 1024
EVENT_LIMIT = 65536


@dataclass
class Listening:
    """Streams of `/stream` that stay open, each of which must count from 1 on.

    The server does not wait for its reader. Where nobody read for a while, what waits is read and
    checked before the clock is read, and not counted.
    """

    server: Server
    calls: int = 0
    wall: float | None = None
    _last: float = 0.0
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        try:
            self._streams = [self._subscribe() for _ in range(SUBSCRIBERS)]
        except BaseException:
            self.close()
            raise
        self._turns = cycle(self._streams)

    def _subscribe(self) -> "Stream":
        connection = self._open.enter_context(connected(self.server))
        stream = Stream(self.server, connection)
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        stream.read_head()
        return stream

    def __call__(self) -> None:
        next(self._turns).next_event()
        self._last = time.perf_counter()
        self.calls += 1

    def settle(self) -> None:
        """After a pause, read until nothing waits."""
        if time.perf_counter() - self._last < GAP:
            return
        for _ in range(TURNS):
            waiting = [stream for stream in self._streams if stream.waits()]
            for stream in waiting:
                stream.next_event()
            self._last = time.perf_counter()
            if not waiting:
                return
        raise CannotTell(failure_of(self.server, "events came faster than they could be read"))

    def close(self) -> None:
        self._open.close()


@dataclass
class Stream:
    """One subscriber's view of a chunked stream of events."""

    server: Server
    connection: socket.socket
    number: int = 0
    text: bytes = b""
    _data: bytes = b""

    def waits(self) -> bool:
        """Whether something has come that was not read."""
        return bool(self._data or self.text) or bool(select.select([self.connection], [], [], 0)[0])

    def read_head(self) -> None:
        lines = [self._line()]
        while lines[-1] not in (b"\r\n", b""):
            lines.append(self._line())
        head = b"".join(lines).lower()
        wanted = (b" 200 ", b"\r\ncontent-type: text/event-stream", b"transfer-encoding: chunked")
        if not all(part in head for part in wanted):
            raise CannotTell(failure_of(self.server, f"GET /stream got {short(head)}"))

    def next_event(self) -> None:
        self.number += 1
        expected = [b"data: %d" % self.number]
        while True:
            while b"\r\n\r\n" not in self.text:
                self.text += self._chunk()
                if len(self.text) > EVENT_LIMIT:
                    raise CannotTell(failure_of(self.server, f"no end of {short(self.text)}"))
            event, self.text = self.text.split(b"\r\n\r\n", 1)
            lines = [line for line in event.split(b"\r\n") if not line.startswith(b":")]
            if lines == expected:
                return
            if lines:  # else it was a comment, a ping
                what = f"in the place of event {self.number} came {short(event)}"
                raise CannotTell(failure_of(self.server, what))

    def _chunk(self) -> bytes:
        line = self._line()
        try:
            size = int(line, 16)
        except ValueError:
            size = 0
        data = self._read(size + 2) if 0 < size <= EVENT_LIMIT else b""
        if not data.endswith(b"\r\n"):
            said = f"before event {self.number} the stream ended with {short(line + data)}"
            raise CannotTell(failure_of(self.server, said))
        return data[:-2]

    def _line(self) -> bytes:
        while b"\n" not in self._data and len(self._data) < LINE_LIMIT and self._receive():
            pass
        return self._taken((self._data.find(b"\n") + 1) or LINE_LIMIT)

    def _read(self, size: int) -> bytes:
        while len(self._data) < size and self._receive():
            pass
        return self._taken(size)

    def _taken(self, size: int) -> bytes:
        found, self._data = self._data[:size], self._data[size:]
        return found

    def _receive(self) -> bool:
        try:
            data = self.connection.recv(EVENT_LIMIT)
        except OSError as error:
            raise CannotTell(failure_of(self.server, f"no event, {why(error)}")) from None
        self._data += data
        return bool(data)

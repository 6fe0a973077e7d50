"""The next event of a stream, again and again."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import BinaryIO

from benchmarks.measured import Wrong, connected, short, told, why
from harness.servers import Server

SUBSCRIBERS = 10
"""Streams that are open at once, read in turn."""

LINE_LIMIT = 1024
EVENT_LIMIT = 65536


@dataclass
class Listening:
    """Streams of `/stream` that stay open, each of which must count from 1 on."""

    server: Server
    calls: int = 0
    wall: float | None = None
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        try:
            streams = [self._subscribe() for _ in range(SUBSCRIBERS)]
        except BaseException:
            self.close()
            raise
        self._turns = cycle(streams)

    def _subscribe(self) -> "Stream":
        connection = self._open.enter_context(connected(self.server))
        stream = Stream(self.server, self._open.enter_context(connection.makefile("rb")))
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        stream.read_head()
        return stream

    def __call__(self) -> None:
        next(self._turns).next_event()
        self.calls += 1

    def close(self) -> None:
        self._open.close()


@dataclass
class Stream:
    """One subscriber's view of a chunked stream of events."""

    server: Server
    file: BinaryIO
    number: int = 0
    text: bytes = b""

    def read_head(self) -> None:
        lines = [self._line()]
        while lines[-1] not in (b"\r\n", b""):
            lines.append(self._line())
        head = b"".join(lines).lower()
        wanted = (b" 200 ", b"\r\ncontent-type: text/event-stream", b"transfer-encoding: chunked")
        if not all(part in head for part in wanted):
            raise Wrong(told(self.server, f"GET /stream was answered {short(head)}"))

    def next_event(self) -> None:
        self.number += 1
        expected = [b"data: %d" % self.number]
        while True:
            while b"\r\n\r\n" not in self.text:
                self.text += self._chunk()
                if len(self.text) > EVENT_LIMIT:
                    raise Wrong(told(self.server, f"no end of {short(self.text)}"))
            event, self.text = self.text.split(b"\r\n\r\n", 1)
            lines = [line for line in event.split(b"\r\n") if not line.startswith(b":")]
            if lines == expected:
                return
            if lines:  # else it was a comment, a ping
                what = f"in the place of event {self.number} came {short(event)}"
                raise Wrong(told(self.server, what))

    def _chunk(self) -> bytes:
        line = self._line()
        try:
            size = int(line, 16)
        except ValueError:
            size = 0
        data = self._read(size + 2) if 0 < size <= EVENT_LIMIT else b""
        if not data.endswith(b"\r\n"):
            said = f"before event {self.number} the stream ended with {short(line + data)}"
            raise Wrong(told(self.server, said))
        return data[:-2]

    def _line(self) -> bytes:
        try:
            return self.file.readline(LINE_LIMIT)
        except OSError as error:
            raise Wrong(told(self.server, f"no event, {why(error)}")) from None

    def _read(self, size: int) -> bytes:
        try:
            return self.file.read(size)
        except OSError as error:
            raise Wrong(told(self.server, f"no event, {why(error)}")) from None

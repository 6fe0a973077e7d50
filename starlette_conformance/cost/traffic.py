"""Load: requests one after another on a kept-alive connection, and streams read event by event.

Every response is checked, since a response that is wrong has no cost worth a figure.
"""

import itertools
import re
import socket
import time

from starlette_conformance.cost.benchmark import NUMBER, Benchmark
from starlette_conformance.http import parser
from starlette_conformance.http.message import Message
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import rests
from starlette_conformance.process.log import last_said

SECONDS = 60.0
"""How long one response, or one stream, may take; under callgrind all is fifty times as slow."""

PIPELINED = 25
REST_SECONDS = 10.0
"""How long a server may take to see that a connection is closed; none has to rest."""
_numbers = itertools.count(1)
"""Of varied requests: none of this process has another's."""
DATE = re.compile(rb"(?i)(?<=\r\ndate: )[^\r\n]{29}(?=\r\n)")


class Line:
    """A connection to a server, for the requests of one benchmark. `received` counts bytes.

    `body` is what the responses must have, or whatever the first one has. After that each must be
    as like the first as the benchmark says. Whatever goes wrong raises CannotTell.
    """

    def __init__(
        self,
        server: Server,
        port: int,
        benchmark: Benchmark,
        body: bytes | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.server = server
        self.benchmark = benchmark
        self.received = 0
        self.body = benchmark.sending.body if body is None else body
        self._used = False
        self._port = port
        self._seconds = seconds
        self._deadline = 0.0
        self._length = 0
        self._begin = self._end = b""
        self._request = benchmark.request(server, port)
        self._method = self._request.partition(b" ")[0].decode()
        self._socket: socket.socket | None = self._connected()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._socket:
            self._socket.close()

    def _connected(self) -> socket.socket:
        try:
            connection = socket.create_connection(("127.0.0.1", self._port), self._seconds)
        except OSError as error:
            raise self._gone(error) from None
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def make_ready(self) -> None:
        """Close the connection, if it was used and the next request has another, which is part of
        no response: a server may see that it is closed before the next one comes, or after.
        """
        if self._socket and self._used and self.benchmark.sending.fresh:
            self._socket.close()
            self._socket = None
            rests(self.server.pid, REST_SECONDS)

    def exchange(self) -> None:
        """Send the request and receive the whole response."""
        self.make_ready()
        if self._socket is None:
            self._socket = self._connected()
        self._used = True
        self._send()
        data = b""
        while not self._is_as_before(data := data + self._receive()):
            message = parser.read(data, self._method)
            if message.fault:
                raise self._wrong(message.fault)
            if message.whole:
                self._look_at(message, data)
                return

    def _is_as_before(self, data: bytes) -> bool:
        """Without parsing it, which would be the most of what the client does."""
        same = len(data) == self._length > 0
        return same and data.startswith(self._begin) and data.endswith(self._end)

    def _look_at(self, message: Message, data: bytes) -> None:
        """See whether the response is right; another one than the first is not."""
        if message.status != self.benchmark.status:
            raise self._wrong(f"status {message.status} instead of {self.benchmark.status}")
        if message.announces_close:
            raise self._wrong("the connection is not kept alive")
        if self.benchmark.alike != "bytes":
            self._look_at_length(message.body)
        elif self._length:
            raise self._wrong(f"{short(data)}, which is another response than before")
        elif self.body not in (None, message.body):
            raise self._wrong(f"body {short(message.body)} instead of {short(self.body)}")
        if message.end != len(data):
            raise self._wrong(f"{len(data) - message.end} bytes after the end")
        if self.benchmark.alike == "bytes":
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        """What the next ones are compared with."""
        date = DATE.search(data)
        self._begin = data[: date.start()] if date else data
        self._end = data[date.end() :] if date else b""
        self._length = len(data)

    def _look_at_length(self, body: bytes) -> None:
        if self.body is None:
            self.body = body
        if self.benchmark.alike == "length" and len(body) != len(self.body):
            first = len(self.body)
            raise self._wrong(f"it varies, with {len(body):,} bytes of body, and {first:,} before")

    def send_pipelined(self, times: int) -> None:
        """Send many requests, and receive as many responses of the length of the first one.

        Some servers read a few at a time, so no more are under way than fit into one segment.
        """
        self.exchange()
        if self.benchmark.alike != "bytes" or self.benchmark.sending.fresh:
            for _ in range(times):
                self.exchange()
            return
        length = self._length
        while times > 0:
            some = min(times, PIPELINED)
            times -= some
            self._send(some)
            data = b""
            while len(data) < some * length:
                data += self._receive()
            right = data.count(b"HTTP/1.1 %d " % self.benchmark.status)
            if right != some or len(data) != some * length:
                raise self._wrong(f"not {some} responses of {length} bytes, as before")

    def follow(self, events: int) -> None:
        """Read a stream up to its Nth event, each one once and in order, and leave it."""
        self._send()
        data = bytearray()
        reader = parser.Reader("GET")
        while len(reader.chunk_ends) < events:
            data += self._receive()
            if reader.read(data).fault or reader.whole:
                number = len(reader.chunk_ends)
                raise self._wrong(reader.fault or f"the stream ended after {number} events")
        for number, chunk in enumerate(reader.message(data).chunks or (), 1):
            if chunk != b"data: %d\r\n\r\n" % number:
                raise self._wrong(f"{chunk!r} instead of event {number}")
        self.received = reader.chunk_ends[events - 1]

    def _send(self, times: int = 1) -> None:
        self._deadline = time.monotonic() + self._seconds
        try:
            assert self._socket
            self._socket.settimeout(self._seconds)
            self._socket.sendall(self._requests(times))
        except OSError as error:
            raise self._gone(error) from None

    def _requests(self, times: int) -> bytes:
        if not self.benchmark.sending.varied:
            return self._request * times
        numbers = (b"%07d" % (next(_numbers) % 10**7) for _ in range(times))
        return b"".join(self._request.replace(NUMBER, number) for number in numbers)

    def _receive(self) -> bytes:
        try:
            if (left := self._deadline - time.monotonic()) <= 0:
                raise TimeoutError
            assert self._socket
            self._socket.settimeout(left)
            data = self._socket.recv(65536)
        except TimeoutError:
            raise self._wrong(f"not whole within {self._seconds:g} s") from None
        except OSError as error:
            raise self._gone(error) from None
        if not data:
            raise self._gone("it closed the connection")
        self.received += len(data)
        return data

    def _wrong(self, what: str) -> CannotTell:
        where = f"{self.benchmark.name} on {self.server.environment}"
        return CannotTell(f"{where} responded wrongly: {what}")

    def _gone(self, what: object) -> CannotTell:
        said = last_said(self.server.log.lines())
        how = f"the server went away in mid-run ({what}); it last said: {said}"
        return CannotTell(f"{self.benchmark.name} on {self.server.environment}: {how}")


def short(data: bytes) -> str:
    return repr(data if len(data) <= 200 else data[:200] + b"...") if data else "nothing"

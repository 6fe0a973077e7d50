"""The client of the specs: it sends a request on a connection of its own and gives the Exchange.

httpx builds whatever it can express, and h11 writes it, as httpx's own transport does; `raw` sends
bytes as they are. Either way the response is read from the bytes of a recorded connection.
"""

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import h11
import httpx

from starlette_conformance.http import parser
from starlette_conformance.http.connection import Connection
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.http.parser import Reader
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.log import Log, NoLog

USER_AGENT = ("User-Agent", "starlette-conformance")
ACCEPT = ("Accept", "*/*")
LISTENS = 0.005
"""Seconds that the first connection is listened to before anything is sent. A server that sends
before any request needs that moment; what crosses the request on the way looks like a quick
response."""

Headers = Mapping[str, str] | Iterable[tuple[str, str | bytes]]


class Client:
    """Sends requests to one app on one stack; `record` gets each exchange.

    The target goes out as written: no dot segment is removed and nothing is escaped.
    """

    def __init__(
        self,
        app: str,
        environment: Environment,
        port: int,
        log: Log | NoLog,
        record: Callable[[Exchange], None],
        host: str = "127.0.0.1",
        listens: float = LISTENS,
    ) -> None:
        self.app = app
        self.environment = environment
        self.port = port
        self.host = host
        self.log = log
        self._record = record
        self._listens = listens
        self._url = httpx.URL(f"http://{self.authority}")

    @property
    def authority(self) -> str:
        """What Host says."""
        return f"{self.host}:{self.port}"

    @property
    def itself(self) -> str:
        """The server's own address, which it uses where there is no Host."""
        return f"{socket.gethostbyname(self.host)}:{self.port}"

    @contextmanager
    def logged(self) -> Iterator[Lines]:
        """Collect what the app logs within the context; the lines are there after it."""
        before = self.log.position()
        lines = Lines((), self.environment)
        yield lines
        lines += self.log.lines(before)

    def get(self, target: str, headers: Headers = ()) -> Exchange:
        return self.request("GET", target, headers)

    def head(self, target: str, headers: Headers = ()) -> Exchange:
        return self.request("HEAD", target, headers)

    def post(self, target: str, headers: Headers = (), content: bytes = b"") -> Exchange:
        return self.request("POST", target, headers, content)

    def options(self, target: str, headers: Headers = ()) -> Exchange:
        return self.request("OPTIONS", target, headers)

    def request(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        content: bytes | None = None,
        chunks: int | None = None,
        seconds: float = 10.0,
    ) -> Exchange:
        """Send a request that httpx builds. With `chunks` the client leaves after that many."""
        given = list(headers.items() if isinstance(headers, Mapping) else headers)
        names = {name.lower() for name, _ in given}
        defaults = [pair for pair in (USER_AGENT, ACCEPT) if pair[0].lower() not in names]
        request = httpx.Request(
            method,
            self._url,
            headers=httpx.Headers([*defaults, *given], encoding="utf-8"),
            content=content,
        )
        data = _written(request, target)
        with self._connected(seconds) as connection:
            connection.send(data)
            if chunks is None:
                _receive(connection, _Responses(method))
            else:
                _receive_chunks(connection, method, chunks)
            return self._finish(method, connection)

    def raw(
        self, *data: bytes, seconds: float = 10.0, responses: int = 1, half_close: bool = False
    ) -> Exchange:
        """Send bytes as they are, and receive until that many whole responses have come.

        Of several pieces, each is sent once one more response is there, and none after a response
        that announces the close. With `half_close` the client closes its sending side at once.
        """
        method = data[0].split(b" ", 1)[0].decode("latin-1")
        with self._connected(seconds) as connection:
            counter = _Responses(method)
            for number, piece in enumerate(data):
                _receive(connection, counter, number)
                if parser.read(bytes(connection.data), method).announces_close:
                    break
                connection.send(piece)
            if half_close:
                connection.half_close()
            _receive(connection, counter, max(responses, len(data)))
            return self._finish(method, connection)

    def _connected(self, seconds: float) -> Connection:
        connection = Connection(self.port, seconds, self.host)
        connection.is_silent(self._listens)
        self._listens = 0.0
        return connection

    def _finish(self, method: str, connection: Connection) -> Exchange:
        message = parser.read(bytes(connection.data), method, connection.closed_by_server)
        closes = False
        if message.whole:
            server = self.environment.server
            closes = connection.look_after(
                server.may_close(message.status, message.announces_close)
            )
        connection.leave()
        exchange = Exchange.of(self.app, self.environment, method, connection, closes)
        self._record(exchange)
        return exchange


def _written(request: httpx.Request, target: str) -> bytes:
    """The bytes of a request, for a target that goes out as it stands."""
    writer = h11.Connection(h11.CLIENT)
    try:
        head = h11.Request(
            method=request.method, target=target.encode("utf-8"), headers=request.headers.raw
        )
        parts = [head, h11.Data(data=request.read()), h11.EndOfMessage()]
        return b"".join(writer.send(part) or b"" for part in parts)
    except h11.LocalProtocolError as error:
        raise ValueError(f"httpx will not send this request, `raw` does: {error}") from None


class _Responses:
    """The responses on one connection, counted as they come."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._whole = 0
        self._reader = Reader(method)

    def came(self, data: bytearray, number: int) -> bool:
        """Whether so many are whole, or one is broken."""
        while self._whole < number:
            reader = self._reader.read(data)
            if reader.fault or not reader.whole:
                return bool(reader.fault)
            self._whole += 1
            self._reader = Reader(self._method, reader.end)
        return True


def _receive(connection: Connection, responses: _Responses, number: int = 1) -> None:
    while not responses.came(connection.data, number) and connection.receive():
        pass


def _receive_chunks(connection: Connection, method: str, chunks: int) -> None:
    """Receive so many chunks of a response and no byte more; all of one that has fewer."""
    reader, seen = Reader(method), bytearray()
    while not (reader.whole or reader.fault) and (ahead := connection.peek()):
        seen += ahead
        ends = reader.read(seen).chunk_ends
        if len(ends) >= chunks:
            connection.receive(ends[chunks - 1] - len(connection.data))
            return
        connection.receive(len(ahead))

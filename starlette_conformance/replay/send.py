"""One request sent to one server, and its response, read from the wire."""

from dataclasses import dataclass
from typing import Self

from starlette_conformance.http import parser
from starlette_conformance.http.connection import CLOSED, NOT_CONNECTED, Connection, Segment
from starlette_conformance.http.event_stream import EVENTS, Reception
from starlette_conformance.http.normalize import masked
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.servers.adapter import Adapter

FIRST = 4.0
"""How long the first byte of a response may take. Then the client says that it has no more to send:
a server that waits for more responds then, or closes, and one that is only late was waited for."""

SECONDS = 10.0
"""How long the rest of a response may take."""

PATIENCE = 12
"""So many responses of one server may be late before it gets no more requests."""

PIPELINED = 0.25
"""How long a response to the second request may take, where two were sent together, before the
client has no more to send; the server may drop that response then."""

ANOTHER = b" HTTP/"
"""What stands in a second request."""

WAITS = f"no response within {FIRST:g} s"


@dataclass(frozen=True)
class RawResponse:
    """What came back to a request on a connection of its own, as it stood on the wire.

    `ended` says in a few words how it went, `closes` whether the server closed by itself, `alone`
    that nothing was sent beyond the head of one request, `late` that the response did not come, or
    not end, in time, or the close that was due then; `events` how many events count of a stream
    that the client left.
    """

    method: str
    port: int
    received: tuple[Segment, ...]
    ended: str
    closed: bool
    closes: bool
    server: Adapter
    alone: bool = False
    late: bool = False
    events: int = EVENTS

    @property
    def data(self) -> bytes:
        return b"".join(segment.data for segment in self.received)

    @property
    def response(self) -> Response:
        """The response, with what is random masked."""
        ended = self.ended, self.closed, self.closes
        return masked(self.data, self.method, *ended, self.port, self.server, self.events)


def gone(response: Response) -> bool:
    """Whether there was no response, since the app had ended. Two of these say nothing."""
    return bool(response.ending.startswith(f"no response: {NOT_CONNECTED}"))


def response_to(
    request: Request, port: int, server: Adapter, seconds: float = SECONDS, first: float = FIRST
) -> Response:
    """The response of a server, masked. Of a stream, its first events."""
    return send(request, port, server, seconds, first).response


def send(
    request: Request, port: int, server: Adapter, seconds: float = SECONDS, first: float = FIRST
) -> RawResponse:
    """Send a request to a server, and receive the response. Of a stream, its first events."""
    with Sent(request, port, server, seconds, first) as sent:
        return sent.receive()


class Sent:
    """A request under way, on a connection of its own."""

    def __init__(
        self,
        request: Request,
        port: int,
        server: Adapter,
        seconds: float = SECONDS,
        first: float = FIRST,
    ) -> None:
        self._request, self._port, self._server = request, port, server
        self._seconds, self._first = seconds, first
        self._connection = Connection(port, first + seconds)
        self._connection.send(request.to(port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.leave()

    def is_silent(self, seconds: float) -> bool:
        """Wait so long for the first byte; return whether none came."""
        return self._connection.is_silent(min(seconds, self._first))

    def receive(self) -> RawResponse:
        """Receive the response, and leave."""
        request, connection = self._request, self._connection
        silent = connection.is_silent(self._first - connection.age)
        if silent:
            connection.half_close()
        connection.allow(self._seconds)
        reception = Reception(request.method)
        while not reception.enough and connection.receive():
            reception.read(connection.data)
        late = connection.timed_out or (silent and request.is_complete)
        message = parser.read(bytes(connection.data), request.method, connection.closed_by_server)
        if message.whole and ANOTHER in request.data.partition(b"\r\n\r\n")[2]:
            connection.is_silent(PIPELINED)
        closes = message.whole and connection.look_after(
            self._server.may_close(message.status, message.announces_close)
        )
        late = late or connection.timed_out
        connection.leave()
        closed, ended = connection.ended == CLOSED, connection.ended
        if silent and not connection.data and (closed or connection.timed_out):
            ended = f"no response within {self._first:g} s" + (", nor a close" * (not closed))
        return RawResponse(
            request.method,
            self._port,
            tuple(connection.received),
            ended,
            closed,
            closes,
            self._server,
            request.is_head,
            late,
        )

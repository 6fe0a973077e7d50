"""The same requests sent to one stack after the other, and what each answered."""

from dataclasses import dataclass
from typing import Self

from starlette_conformance.http.connection import CLOSED, NOT_CONNECTED, Connection, Segment
from starlette_conformance.http.event_stream import Reception
from starlette_conformance.http.normalize import masked
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.servers.adapter import Adapter

FIRST = 4.0
"""How long the first byte of an answer may take. Then the client says that it has no more to send:
a server that waits for more answers then, or closes, and one that is only late was waited for."""

SECONDS = 10.0
"""How long the rest of an answer may take."""

PATIENCE = 12
"""So many answers of one server may not come or end in time, before it is not asked any more."""

PIPELINED = 0.25
"""How long an answer to the second request may take, where two were sent together, before the
client has no more to send; the server may drop that answer then."""

ANOTHER = b" HTTP/"
"""What stands in a second request."""

WAITS = f"no response within {FIRST:g} s"


@dataclass(frozen=True)
class Heard:
    """What came back to a request on a connection of its own, as it stood on the wire.

    `ended` tells in a few words how it went, `closes` whether the server closed by itself, `alone`
    that nothing was sent beyond the head of one request, `late` that the answer did not come, or
    not end, in time.
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

    @property
    def data(self) -> bytes:
        return b"".join(segment.data for segment in self.received)

    @property
    def response(self) -> Response:
        """The answer, with what is random masked."""
        ended = self.ended, self.closed, self.closes
        return masked(self.data, self.method, *ended, self.port, self.server)


def gone(answer: Response) -> bool:
    """Whether nobody answered, since the app had ended. Two such answers say nothing of either."""
    return bool(answer.ending.startswith(f"no answer: {NOT_CONNECTED}"))


def ask(
    request: Request, port: int, server: Adapter, seconds: float = SECONDS, first: float = FIRST
) -> Response:
    """What a server answers, masked. Of a stream, its first events."""
    return heard(request, port, server, seconds, first).response


def heard(
    request: Request, port: int, server: Adapter, seconds: float = SECONDS, first: float = FIRST
) -> Heard:
    """Send a request to a server, and take in its answer. Of a stream, its first events."""
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
        """Wait so long for the first byte; tell whether none came."""
        return self._connection.is_silent(min(seconds, self._first))

    def receive(self) -> Heard:
        """Take in the answer, and leave."""
        request, connection = self._request, self._connection
        silent = connection.is_silent(self._first - connection.age)
        if silent:
            connection.half_close()
        connection.allow(self._seconds)
        reception = Reception(request.method)
        while not reception.enough and connection.receive():
            reception.read(connection.data)
        late = connection.timed_out or (silent and request.is_complete)
        message = reception.reader.message(connection.data)
        if message.whole and ANOTHER in request.data.partition(b"\r\n\r\n")[2]:
            connection.is_silent(PIPELINED)
        closes = message.whole and connection.look_after(
            self._server.may_close(message.status, message.announces_close)
        )
        connection.leave()
        closed, ended = connection.ended == CLOSED, connection.ended
        if silent and not connection.data and (closed or connection.timed_out):
            ended = f"no response within {self._first:g} s" + (", nor a close" * (not closed))
        return Heard(
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

"""The same requests sent to one stack after the other, and what each answered."""

from dataclasses import dataclass

from starlette_conformance.http.connection import CLOSED, NOT_CONNECTED, Connection, Segment
from starlette_conformance.http.event_stream import Reception
from starlette_conformance.http.normalize import masked
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request

SECONDS = 10.0
"""How long one answer may take."""

SILENCE = 1.0
"""After so many seconds without a byte, the client says that it has no more to send."""

PATIENCE = 12
"""So many answers of one server may not end in time, before it is not asked any more."""

PIPELINED = 0.25
"""How long an answer to the second request may take, where two were sent together, before the
client has no more to send; the server may drop that answer then."""

ANOTHER = b" HTTP/"
"""What stands in a second request."""

WAITS = "it waited for more"


@dataclass(frozen=True)
class Heard:
    """What came back to a request on a connection of its own, as it stood on the wire.

    `ended` tells in a few words how it went, `closes` whether the server closed by itself.
    """

    method: str
    port: int
    received: tuple[Segment, ...]
    ended: str
    closed: bool
    closes: bool

    @property
    def data(self) -> bytes:
        return b"".join(segment.data for segment in self.received)

    @property
    def response(self) -> Response:
        """The answer, with what is random masked."""
        return masked(self.data, self.method, self.ended, self.closed, self.closes, self.port)


def gone(answer: Response) -> bool:
    """Whether nobody answered, since the app had ended. Two such answers say nothing of either."""
    return bool(answer.ending.startswith(f"no answer: {NOT_CONNECTED}"))


def ask(
    request: Request, port: int, seconds: float = SECONDS, silence: float = SILENCE
) -> Response:
    """What a server answers, masked. Of a stream, its first events."""
    return heard(request, port, seconds, silence).response


def heard(request: Request, port: int, seconds: float = SECONDS, silence: float = SILENCE) -> Heard:
    """Send a request to a server, and take in its answer. Of a stream, its first events."""
    with Connection(port, seconds) as connection:
        connection.send(request.to(port))
        waits = connection.is_silent(silence)
        if waits:
            connection.half_close()
        reception = Reception(request.method)
        while not reception.enough and connection.receive():
            reception.read(connection.data)
        message = reception.reader.message(connection.data)
        if message.whole and ANOTHER in request.data.partition(b"\r\n\r\n")[2]:
            connection.is_silent(PIPELINED)
        closes = message.whole and connection.look_after(
            message.announces_close or message.status >= 500
        )
        connection.leave()
        closed = connection.ended == CLOSED
        ended = WAITS if waits and closed and not connection.data else connection.ended
        return Heard(request.method, port, tuple(connection.received), ended, closed, closes)

"""Streams that a client is given: plain data."""

from dataclasses import dataclass, field
from itertools import pairwise

from starlette_conformance.clients.interpret import Event, events
from starlette_conformance.http.event_stream import EVENT_END

ENDS_WELL, IS_CUT_OFF, IS_RESET = "ends well", "is cut off", "is reset"
"""How the server ends a response: whole, without its last chunk, or by RST."""
OK = "200 OK"


@dataclass(frozen=True)
class Stream:
    """Bytes with a name.

    `<` and `>` stand for what a client needs around a value: an MCP client takes nothing but
    JSON-RPC. `segments` are where the bytes are cut, and each part is sent for itself.
    """

    name: str
    behaviour: str
    body: bytes
    segments: tuple[int, ...] = ()
    ending: str = ENDS_WELL
    by_event: bool = False
    """Whether each event is sent for itself, as uvicorn sends those of an app."""
    is_json: bool = True
    """Whether a client that demands JSON can be given it."""

    def filled(self, around: tuple[str, str]) -> bytes:
        return fill(self.body, around)


@dataclass(frozen=True)
class Replayed:
    """A response of the server: by default a stream. `headers` are lines of it."""

    body: bytes
    segments: tuple[int, ...] = ()
    ending: str = ENDS_WELL
    expected: list[Event] = field(default_factory=list)
    status: str = OK
    headers: tuple[str, ...] = ("Content-Type: text/event-stream",)

    @classmethod
    def of(cls, stream: Stream, around: tuple[str, str]) -> "Replayed":
        body = stream.filled(around)
        ends = ends_of_events(body) if stream.by_event else ()
        return cls(body, stream.segments or ends, stream.ending, events(body))

    @classmethod
    def alone(cls, stream: Stream) -> "Replayed":
        return cls.of(stream, ("", ""))

    def pieces(self) -> list[bytes]:
        places = [0, *self.segments, len(self.body)]
        return [self.body[a:b] for a, b in pairwise(places) if a < b]


def ends_of_events(body: bytes) -> tuple[int, ...]:
    return tuple(found.end() for found in EVENT_END.finditer(body))


def fill(body: bytes, around: tuple[str, str]) -> bytes:
    before, after = (text.encode() for text in around)
    return body.replace(b"<", before).replace(b">", after)


def cuts(body: bytes) -> list[tuple[int, ...]]:
    """Where to cut: at each place once, and at all of them."""
    return [*((place,) for place in range(1, len(body))), tuple(range(1, len(body)))]

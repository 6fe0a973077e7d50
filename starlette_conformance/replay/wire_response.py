"""A response with what `Response` leaves aside: order and case of headers, chunks, and times.

`Response` is what the specs promise, so none of this is in it. Two stacks are compared by both.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from starlette_conformance.http import parser
from starlette_conformance.http.event_stream import Reception, first_events, is_stream
from starlette_conformance.http.normalize import LEFT
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import without_port
from starlette_conformance.replay.send import RawResponse

BETWEEN = ", then "
GAP = 0.05
"""Seconds between what comes apart: half of what lies between two events, for a busy core may hold
up these as well as two writes of a server that come together.
"""


@dataclass(frozen=True)
class WireResponse:
    """The response of one stack to one request.

    `names` are those of the header lines as sent. `cuts` are the sizes of the chunks that the body
    came in, None where it was not chunked; of a stream, those of its first events. `arrivals` says
    of a stream what came apart from what: "head, then event 1, then event 2". `first` are the
    seconds until the first byte of a response, and `rest` the bytes after its end, where one
    request was sent. `last` are the seconds until the last byte, where somebody wants to know, and
    `packed` is how a body was sent whose unpacked content is compared.
    """

    response: Response
    names: tuple[str, ...] = ()
    cuts: tuple[int, ...] | None = None
    arrivals: str = ""
    first: float | None = None
    rest: bytes = b""
    last: float | None = None
    packed: str = ""

    @classmethod
    def of(cls, received: RawResponse) -> "WireResponse":
        response = received.response
        data = received.data
        message = parser.read(data, received.method, received.closed)
        is_left = response.ending in LEFT
        counted = first_events(message.body, received.events) if is_left else message.body
        return cls(
            response,
            tuple(name for name, _ in message.headers),
            None if message.chunks is None else tuple(_sizes(message.chunks, len(counted))),
            _arrivals(received) if is_stream(message) else "",
            received.received[0].at if received.received else None,
            without_port(data[message.end :], received.port)
            if message.whole and received.alone
            else b"",
        )

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The header lines as sent, but with what is random masked."""
        seen: Counter[str] = Counter()
        found = []
        for name in self.names:
            value = self.response.headers.get(name.lower(), ABSENT)
            if isinstance(value, tuple):
                value = value[seen[name.lower()]]
                seen[name.lower()] += 1
            found.append((name, str(value)))
        return found


def _sizes(chunks: tuple[bytes, ...], length: int) -> Iterator[int]:
    """The sizes of the chunks that hold the first `length` bytes."""
    passed = 0
    for chunk in chunks:
        if passed >= length:
            return
        passed += len(chunk)
        yield len(chunk)


def _arrivals(received: RawResponse) -> str:
    """What came apart, by GAP at the least: the head, and the first events."""
    parts: list[list[str]] = []
    data, seen, last = bytearray(), 0, -GAP
    reception = Reception(received.method)
    for segment in received.received:
        data += segment.data
        reception.read(data)
        names = []
        if reception.reader.head_end:
            events = min(reception.events, received.events)
            names = ["head", *(f"event {number}" for number in range(1, events + 1))]
        if new := names[seen:]:
            if segment.at - last >= GAP:
                parts.append([])
            parts[-1] += new
            seen, last = len(names), segment.at
    return BETWEEN.join(" with ".join(part) for part in parts)

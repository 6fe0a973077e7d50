"""An answer with what `Response` leaves aside: order and case of headers, chunks, and times.

`Response` is what the specs promise, so none of this is in it. Two stacks are compared by both.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from starlette_conformance.http import parser
from starlette_conformance.http.event_stream import EVENTS, Reception, is_stream
from starlette_conformance.http.normalize import LEFT
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import without_port
from starlette_conformance.replay.send import Heard

BETWEEN = ", then "
GAP = 0.03
"""Seconds between what comes apart: far less than between two events, far more than between two
writes of a server."""


@dataclass(frozen=True)
class Answer:
    """What one stack answered to one request.

    `names` are those of the header lines as sent. `cuts` are the sizes of the chunks that the body
    came in, None where it was not chunked; of a stream, those of its first events. `arrivals` tells
    of a stream what came apart from what: "head, then event 1, then event 2". `first` are the
    seconds until the first byte of a response, and `rest` the bytes after its end, where one
    request was sent.
    """

    response: Response
    names: tuple[str, ...] = ()
    cuts: tuple[int, ...] | None = None
    arrivals: str = ""
    first: float | None = None
    rest: bytes = b""

    @classmethod
    def of(cls, heard: Heard) -> "Answer":
        response = heard.response
        data = without_port(heard.data, heard.port)
        message = parser.read(data, heard.method, heard.closed)
        left = len(response.body) if response.ending in LEFT else len(message.body)
        return cls(
            response,
            tuple(name for name, _ in message.headers),
            None if message.chunks is None else tuple(_sizes(message.chunks, left)),
            _arrivals(heard) if is_stream(message) else "",
            heard.received[0].at if heard.received else None,
            data[message.end :] if message.whole and heard.alone else b"",
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


def _arrivals(heard: Heard) -> str:
    """What came apart, by GAP at the least: the head, and the first events."""
    parts: list[list[str]] = []
    data, told, last = bytearray(), 0, -GAP
    reception = Reception(heard.method)
    for segment in heard.received:
        data += segment.data
        reception.read(data)
        names = []
        if reception.reader.head_end:
            events = min(reception.events, EVENTS)
            names = ["head", *(f"event {number}" for number in range(1, events + 1))]
        if new := names[told:]:
            if segment.at - last >= GAP:
                parts.append([])
            parts[-1] += new
            told, last = len(names), segment.at
    return BETWEEN.join(" with ".join(part) for part in parts)

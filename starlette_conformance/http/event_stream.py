"""Where the events of a stream end, and how many of it are enough: it may never end itself."""

import itertools
import re

from starlette_conformance.http.message import Message
from starlette_conformance.http.parser import Reader

MEDIA_TYPE = "text/event-stream"
EVENTS = 2
"""So many events of a stream count; then the client leaves."""
EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
KEPT = 3
"""Bytes of an event's end that may have come before its last one."""


def first_events(body: bytes, events: int = EVENTS) -> bytes:
    """The first events of a body, whole ones only."""
    end = 0
    for found in itertools.islice(EVENT_END.finditer(body), events):
        end = found.end()
    return body[:end]


def count_events(body: bytes) -> int:
    """How many whole events a body has."""
    return sum(1 for _ in EVENT_END.finditer(body))


def is_stream(message: Message) -> bool:
    """Whether the response is a stream of events, which may never end."""
    media_types = message.values("content-type")[:1]
    return any(each.partition(";")[0].lower() == MEDIA_TYPE for each in media_types)


class Reception:
    """A response as it comes, up to its end, or to enough events of a stream."""

    def __init__(self, method: str) -> None:
        self.reader = Reader(method)
        self.is_stream = False
        self.events = 0
        self._chunks = self._position = 0
        self._rest = b""

    def read(self, data: bytes | bytearray) -> None:
        """Go on; `data` is all that has come, and begins with what was given before."""
        began = bool(self.reader.head_end)
        self.reader.read(data)
        if self.reader.head_end and not began:
            self.is_stream = is_stream(self.reader.head)
            self._position = self.reader.head_end
        if self.is_stream:
            self._count(self._new_body(data))

    @property
    def ended(self) -> bool:
        return self.reader.whole or bool(self.reader.fault)

    @property
    def enough(self) -> bool:
        """Whether all came that counts: the whole response, or EVENTS of a stream."""
        return self.ended or self.events >= EVENTS

    def _new_body(self, data: bytes | bytearray) -> bytes:
        """What of the body has been read since the last time."""
        chunks, begin = self.reader.chunks, self._position
        if chunks is None:
            self._position = max(begin, self.reader.end)
            return bytes(data[begin : self._position])
        fresh = chunks[self._chunks :]
        self._chunks = len(chunks)
        return b"".join(data[place] for place in fresh)

    def _count(self, fresh: bytes) -> None:
        text, position = self._rest + fresh, 0
        for found in EVENT_END.finditer(text):
            self.events += 1
            position = found.end()
        self._rest = text[max(position, len(text) - KEPT) :]

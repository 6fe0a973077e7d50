"""One subscriber's stream of events: whether it has 1, 2, 3, … once, in order and whole, and how
late each one is.

*Lateness*: the app sleeps one interval after each event that it sent, so its schedule begins anew
with every event, and how far a whole stream falls back is its *drift*, a figure of its own. An
event is due one interval after the one before it arrived; the first, one interval after the
request. Events that arrive together were sent an interval apart: of three, the last is taken to be
on time, and the others have waited for one interval and for two. So a stall counts for every event
that it held up, and not only for the first. A delay that is the same for each event cannot be seen
by any client whose server sends no time.
"""

import re
from collections import Counter
from collections.abc import Iterator

EVENT_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
LINE_END = re.compile(rb"\r\n|\n|\r")
SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}(?=[ \t]*(;|\Z))")
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
GAP = 1000
"""More missing numbers than this at once are counted, and not remembered."""
REMEMBERED = 100 * GAP
"""So many missing numbers are remembered, or a few more."""
SIZE_LINE = 1024
DIGITS = 18
SHOWN = 40
"""Bytes of what is wrong that are shown."""
LIMIT = 64 * 1024
"""Bytes of an unfinished head, chunk or event."""
SILENT_SECONDS = 5.0
OVERDUE_SECONDS = 1.0


class Broken(Exception):  # noqa: N818  (what is wrong with the stream)
    """What the server sent is no stream of events, in a few words."""


class Stream:
    """What has come of a response so far.

    `defects` counts what was wrong, by kind, and `first` says the first of it. One that `resumes`
    another may begin with any number. `last_id` is what `Last-Event-ID` would be.
    """

    __slots__ = (
        "_buffer",
        "_chunked",
        "_missing",
        "_seen",
        "_text",
        "defects",
        "ended",
        "first",
        "last_id",
        "number",
        "opened",
        "resumes",
    )

    def __init__(self, resumes: bool = False) -> None:
        self.resumes = resumes
        self.last_id = b""
        self._buffer = bytearray()
        self._text = bytearray()
        self._seen = 0
        self._missing: set[int] | None = None
        self._chunked = True
        self.defects: Counter[str] | None = None
        self.first = ""
        self.opened = False
        self.ended = False
        self.number = 0

    def feed(self, data: bytes) -> int:
        """Take in what was received; how many events in order it completed. Raises Broken."""
        if self.opened and not self._buffer and not self._text:
            following = self.number + 1
            if data == b"%x\r\ndata: %d\r\n\r\n\r\n" % (len(str(following)) + 10, following):
                self.number = following  # what nearly every event is, in one comparison
                return 1
        self._buffer += data
        if not self.opened and not self._head():
            return 0
        self._body()
        good = 0
        for number in self._numbers():
            good += self._in_order(number)
        return good

    def settle(self, server_ended: bool) -> None:
        """Nothing comes any more: what is missing is lost.

        What is unfinished was cut, unless it was the client who left.
        """
        if self.opened and server_ended and (self._buffer or self._text):
            self._count("cut in half", self.number + 1)
        if self._missing:
            self._count("lost", min(self._missing), len(self._missing))
            self._missing = None

    def _head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", max(0, self._seen - 3))
        self._seen = len(self._buffer)
        if end < 0:
            if len(self._buffer) > LIMIT:
                raise Broken("its head does not end")
            return False
        head = bytes(self._buffer[:end])
        status = STATUS.match(head)
        lines = head.lower().split(b"\r\n")[1:]
        if not status or status[1] != b"200":
            first = head.partition(b"\r\n")[0][:SHOWN].decode("latin-1")
            raise Broken(f"responded with {first!r}")
        if not any(line.startswith(b"content-type: text/event-stream") for line in lines):
            raise Broken("its content type is not text/event-stream")
        self._chunked = b"transfer-encoding: chunked" in lines
        del self._buffer[: end + 4]
        self._seen = 0
        self.opened = True
        return True

    def _body(self) -> None:
        position = 0
        while self._chunked and not self.ended:
            begin = self._buffer.find(b"\r\n", position, position + SIZE_LINE) + 2
            if begin < 2 and len(self._buffer) - position < SIZE_LINE:
                break
            line = bytes(self._buffer[position : begin - 2 if begin >= 2 else position + SHOWN])
            if not (digits := SIZE.match(line)) or begin < 2:
                raise Broken(f"{line[:SHOWN]!r} is no size of a chunk")
            size = int(digits[0], 16)
            end = begin + size
            if len(self._buffer) < end + 2:
                break
            if self._buffer[end : end + 2] != b"\r\n":
                raise Broken(f"a chunk is longer than the {size} bytes that it says")
            self._text += self._buffer[begin:end]
            position = end + 2
            self.ended = size == 0
        if not self._chunked:
            self._text += self._buffer
            position = len(self._buffer)
        del self._buffer[:position]
        if len(self._buffer) + len(self._text) > 2 * LIMIT:
            raise Broken("an event does not end")

    def _blocks(self) -> list[bytes]:
        """The events that have ended; each byte is looked at once."""
        text, blocks, position = self._text, [], 0
        for end in [found.span() for found in EVENT_END.finditer(text, max(0, self._seen - 3))]:
            blocks.append(bytes(text[position : end[0]]))
            position = end[1]
        del text[:position]
        self._seen = len(text)
        return blocks

    def _numbers(self) -> Iterator[int]:
        for block in self._blocks():
            lines = [line for line in LINE_END.split(block) if not line.startswith(b":")]
            data = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
            for line in lines:
                if line.startswith(b"id:"):
                    self.last_id = line[3:].removeprefix(b" ")
            if not data:
                if any(lines):
                    self._count("cut in half", self.number + 1)
                continue
            text = b"\n".join(data)
            if text.isdigit() and len(text) <= DIGITS:
                yield int(text)
            else:
                self._count("cut in half", self.number + 1)

    def _in_order(self, number: int) -> bool:
        if number == self.number + 1 or (self.resumes and not self.number):
            self.number = number
            return True
        if number > self.number:
            gap = number - self.number - 1
            if gap > GAP or len(self._missing or ()) > REMEMBERED:
                self._count("lost", self.number + 1, gap)
            else:
                self._missing = (self._missing or set()) | set(range(self.number + 1, number))
            self.number = number
        elif self._missing and number in self._missing:
            self._missing.remove(number)
            self._count("out of order", number)
        else:
            self._count("repeated", number)
        return False

    def _count(self, kind: str, number: int, times: int = 1) -> None:
        self.defects = self.defects or Counter()
        self.defects[kind] += times
        self.first = self.first or f"event {number} was {kind}"


def silent_seconds(interval: float, counted: float) -> float:
    """A stream that is silent for longer has lost what should have come.

    For SILENT_SECONDS and five intervals; or else for as long as events counted, where an event has
    been due for OVERDUE_SECONDS. All in seconds; `counted` is 0 where events did not count yet.
    """
    longest = max(SILENT_SECONDS, 5 * interval)
    return min(longest, max(interval + OVERDUE_SECONDS, counted)) if counted else longest


def lateness(since: int, now: int, interval: int, together: int = 1) -> list[int]:
    """How late events are that arrived together at `now`, the oldest first, each at least 0.

    `since` is when the event before them arrived, or the request was sent; all in one unit.
    """
    waited = [behind * interval for behind in range(together - 1, -1, -1)]
    waited[0] = max(waited[0], now - since - interval)
    return waited

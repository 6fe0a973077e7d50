"""HTTP/1.1 responses read from raw bytes (RFC 9112), keeping everything that was sent.

Facts that make this different from a client's parser:
- nothing is normalised: header names keep their case, header lines their order and repeats;
- nothing raises: what is malformed is described in `fault`, beside what could be read;
- a message says how far it got, so a reader that polls knows when to stop;
- time grows with the bytes, and not with the pieces that they come in: each byte is read once.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Self

from starlette_conformance.http.message import Message

STATUS_LINE = re.compile(rb"(HTTP/\d\.\d) (\d{3})(?: ([^\r\n]*))?")
HEADER_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
NOT_IN_A_VALUE = re.compile(rb"[\r\n\0]")
HEAD_LIMIT = 256 * 1024
INTERIM_LIMIT = 100
CHUNKS_LIMIT = 20_000
"""What is longer than these will not end: whatever little each part costs, it would fill memory."""

SIZE_LINE_LIMIT = 1024

LENGTH = re.compile(r"[0-9]{1,18}")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})([ \t]*;[^\r\n]*)?")


def read(data: bytes, method: str, closed: bool = False, start: int = 0) -> Message:
    """Read the final response that begins at `start`; `closed` says that no more bytes can come.

    `method` is the request's: a response to HEAD ends at its head (RFC 9112 section 6.3).
    """
    message = _read(data, method, start)
    return replace(message, whole=True) if closed and message.until_close else message


@lru_cache(maxsize=1)  # the client, the exchange and the comparison read the same
def _read(data: bytes, method: str, start: int) -> Message:
    return Reader(method, start).read(data).message(data)


class Reader:
    """Reads one response while it comes.

    `head` is what is known of it before its body: the lines that have come of its head, or the
    fault of them. It is final once `head_end`, the offset behind it, is not 0. The other
    attributes are those of a Message; `chunks` are where they stand.
    """

    def __init__(self, method: str, start: int = 0) -> None:
        self._method = method
        self._interim: list[Message] = []
        self._length = 0
        self.whole = self.until_close = False
        self.chunks: list[slice] | None = None
        self.chunk_ends: list[int] = []
        self.extensions: list[str] = []
        self.trailers: list[tuple[str, str]] = []
        self._trailers_start = 0
        self.end = 0
        self._await_head(start)

    def _await_head(self, start: int) -> None:
        self._start = self._position = self._seen = start
        self._first: tuple[str, int, str] | None = None
        self._headers: list[tuple[str, str]] = []
        self.head, self.head_end, self.fault = Message(), 0, ""

    def read(self, data: bytes | bytearray) -> Self:
        """Go on. `data` is all that has come, and begins with what was given before."""
        while not (self.head_end or self.fault) and self._read_line(data):
            pass
        if self.head_end and not (self.whole or self.fault):
            if self.chunks is not None:
                while not self._trailers_start and self._read_chunk(data, self.chunks):
                    pass
                while self._trailers_start and self._read_trailer(data):
                    pass
            elif self.until_close:
                self.end = len(data)
            else:
                self.end = min(self._length, len(data))
                self.whole = self.end == self._length
        return self

    def message(self, data: bytes | bytearray) -> Message:
        """What has been read of the same `data`."""
        interim = tuple(self._interim)
        if not self.head_end:
            return replace(self.head if self.fault else self._so_far(), interim=interim)
        chunks = None
        if self.chunks is not None:
            chunks = tuple(bytes(data[place]) for place in self.chunks)
        return replace(
            self.head,
            body=bytes(data[self.head_end : self.end]) if chunks is None else b"".join(chunks),
            chunks=chunks,
            chunk_ends=tuple(self.chunk_ends),
            whole=self.whole,
            until_close=self.until_close,
            end=self.end,
            fault=self.fault,
            interim=interim,
            extensions=tuple(self.extensions),
            trailers=tuple(self.trailers),
        )

    @property
    def body_length(self) -> int:
        """The bytes of the body that have been read, behind a whole head."""
        places = [slice(self.head_end, self.end)] if self.chunks is None else self.chunks
        return sum(place.stop - place.start for place in places)

    def _so_far(self, fault: str = "", end: int = 0) -> Message:
        version, status, reason = self._first or ("", 0, "")
        return Message(version, status, reason, tuple(self._headers), fault=fault, end=end)

    def _is_broken(self, head: Message) -> bool:
        """The head has a fault, so that nothing follows it."""
        self.head, self.fault = head, head.fault
        return False

    def _read_line(self, data: bytes | bytearray) -> bool:
        """Read a line of a head; whether there was one, and more may come."""
        start = self._start
        line_end = data.find(b"\r\n", max(self._position, self._seen - 1))
        self._seen = len(data)
        if (len(data) - 1 if line_end < 0 else line_end) - start > HEAD_LIMIT:
            return self._is_broken(
                Message(fault=f"the head is longer than {HEAD_LIMIT} bytes", end=start)
            )
        if line_end < 0:
            return False
        line = bytes(data[self._position : line_end])
        self._position = self._seen = line_end + 2
        if self._first is None:
            status_line = STATUS_LINE.fullmatch(line)
            if status_line is None:
                fault = f"not a status line: {line[:80]!r}"
                return self._is_broken(Message(fault=fault, end=start))
            version, status, reason = status_line.groups(b"")
            self._first = version.decode(), int(status), reason.decode("latin-1")
        elif line:
            header = _header(line)
            if header is None:
                return self._is_broken(self._so_far(fault=f"not a header: {line[:80]!r}"))
            self._headers.append(header)
        else:
            return self._end_head(self._position)
        return True

    def _end_head(self, end: int) -> bool:
        """Whether another head follows: this one is interim."""
        head = self._so_far(end=end)
        if not 100 <= head.status < 200 or head.status == 101:
            self.head, self.head_end = head, end
            self.end = self._position = end
            self._await_body()
            return False
        self._interim.append(replace(head, whole=True))
        self._await_head(end)
        if len(self._interim) > INTERIM_LIMIT:
            fault = f"more than {INTERIM_LIMIT} interim responses"
            return self._is_broken(Message(fault=fault, end=end))
        return True

    def _await_body(self) -> None:
        """How the body is framed (RFC 9112 section 6.3)."""
        head = self.head
        codings = ",".join(head.values("transfer-encoding")).lower().replace(" ", "")
        lengths = head.values("content-length")
        if self._method == "HEAD" or head.status in (101, 204, 304):
            self.whole = True
        elif codings and lengths:
            self.fault = "both Transfer-Encoding and Content-Length"
        elif codings and codings != "chunked":
            self.fault = f"Transfer-Encoding {codings[:80]!r} is not chunked"
        elif codings:
            self.chunks = []
        elif lengths and (len(lengths) > 1 or not LENGTH.fullmatch(lengths[0])):
            self.fault = f"Content-Length {', '.join(lengths)[:80]!r} is not one number"
        elif lengths:
            self._length = head.end + int(lengths[0])
        else:
            self.until_close = True

    def _read_chunk(self, data: bytes | bytearray, chunks: list[slice]) -> bool:
        """Read a chunk; whether it was there as a whole, and was not the last one."""
        at = self._position
        line_end = data.find(b"\r\n", at, at + SIZE_LINE_LIMIT + 2)
        if line_end < 0:
            if len(data) - at > SIZE_LINE_LIMIT:
                self.fault = f"not a chunk size: no line end within {SIZE_LINE_LIMIT:,} bytes"
            return False
        size_line = CHUNK_SIZE.fullmatch(data, at, line_end)
        if size_line is None:
            self.fault = f"not a chunk size: {bytes(data[at:line_end][:40])!r}"
            return False
        size, begin = int(size_line[1], 16), line_end + 2
        extension = (size_line[2] or b"").decode("latin-1")
        if size == 0:
            self.extensions.append(extension)
            self._trailers_start = self._position = self._seen = begin
            return False
        if len(chunks) == CHUNKS_LIMIT:
            self.fault = f"more than {CHUNKS_LIMIT} chunks"
            return False
        end = begin + size
        if len(data) < end + 2:
            return False
        if data[end : end + 2] != b"\r\n":
            self.fault = f"chunk {len(chunks) + 1} does not end after its size, {size}"
            return False
        chunks.append(slice(begin, end))
        self.end = self._position = end + 2
        self.chunk_ends.append(self.end)
        self.extensions.append(extension)
        return True

    def _read_trailer(self, data: bytes | bytearray) -> bool:
        """Read a line behind the last chunk; whether there was one, and more may come."""
        line_end = data.find(b"\r\n", max(self._position, self._seen - 1))
        self._seen = len(data)
        if (len(data) - 1 if line_end < 0 else line_end) - self._trailers_start > HEAD_LIMIT:
            self.fault = f"the trailers are longer than {HEAD_LIMIT} bytes"
        if line_end < 0 or self.fault:
            return False
        line = bytes(data[self._position : line_end])
        self._position = self._seen = line_end + 2
        trailer = _header(line)
        if not line:
            self.end, self.whole = self._position, True
        elif trailer is None:
            self.fault = f"not a trailer: {line[:80]!r}"
        else:
            self.trailers.append(trailer)
            return True
        return False


def _header(line: bytes) -> tuple[str, str] | None:
    """The name and value of a header line; None where it is malformed."""
    name, _, value = line.partition(b":")
    value = value.strip(b" \t")
    if not HEADER_NAME.fullmatch(name) or len(name) == len(line) or NOT_IN_A_VALUE.search(value):
        return None
    return name.decode("ascii"), value.decode("latin-1")

"""HTTP/1.1 responses read from raw bytes (RFC 9112), keeping everything that was sent.

Facts that make this different from a client's parser:
- nothing is normalised: header names keep their case, header lines their order and repeats;
- nothing raises: what is malformed is described in `fault`, beside what could be read;
- a message says how far it got, so a reader that polls knows when to stop.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

STATUS_LINE = re.compile(rb"(HTTP/\d\.\d) (\d{3})(?: ([^\r\n]*))?")
HEADER_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
HEAD_LIMIT = 256 * 1024
INTERIM_LIMIT = 100
CHUNKS_LIMIT = 20_000
"""What is longer than these will not end: whatever little each part costs, it would fill memory."""

CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\r\n]*)?")


@dataclass(frozen=True)
class Message:
    """One response as it stood on the wire.

    `chunks` is None unless the body is chunked. `whole` says that the framing was fulfilled: the
    promised length, the last chunk, or (with neither, `until_close`) the end of the connection.
    `end` is the offset of the first byte that is not part of this message, `chunk_ends` those
    behind each chunk.
    """

    version: str = ""
    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunks: tuple[bytes, ...] | None = None
    chunk_ends: tuple[int, ...] = ()
    whole: bool = False
    until_close: bool = False
    end: int = 0
    fault: str = ""
    interim: tuple["Message", ...] = field(default=())

    def values(self, name: str) -> list[str]:
        """Every value of a header, in the order sent."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def announces_close(self) -> bool:
        """RFC 9112 section 9.3: HTTP/1.0 closes unless it says keep-alive, HTTP/1.1 the reverse."""
        options = {part.strip().lower() for v in self.values("connection") for part in v.split(",")}
        if self.version == "HTTP/1.0":
            return "keep-alive" not in options
        return "close" in options


def read(data: bytes, method: str, closed: bool = False, start: int = 0) -> Message:
    """Read the final response that begins at `start`; `closed` says that no more bytes can come.

    `method` is the request's: an answer to HEAD ends at its head (RFC 9112 section 6.3).
    """
    message = _read(data, method, start)
    return replace(message, whole=True) if closed and message.until_close else message


@lru_cache(maxsize=1)  # the client, the exchange and the comparison read the same
def _read(data: bytes, method: str, start: int) -> Message:
    interim: list[Message] = []
    while True:
        head = _read_head(data, start)
        ended = bool(head.end) and not head.fault
        if not ended or not 100 <= head.status < 200 or head.status == 101:
            message = _read_body(data, head, method) if ended else head
            return replace(message, interim=tuple(interim)) if interim else message
        interim.append(replace(head, whole=True))
        start = head.end
        if len(interim) > INTERIM_LIMIT:
            fault = f"more than {INTERIM_LIMIT} interim answers"
            return Message(fault=fault, end=start, interim=tuple(interim))


def _read_head(data: bytes, start: int) -> Message:
    stop = data.find(b"\r\n\r\n", start)
    if (stop if stop >= 0 else len(data)) - start > HEAD_LIMIT:
        return Message(fault=f"the head is longer than {HEAD_LIMIT} bytes", end=start)
    if stop >= 0:
        return _read_lines(data[start:stop], start, stop + 4)
    line_end = data.rfind(b"\r\n", start)
    return _read_lines(data[start:line_end], start, 0) if line_end >= 0 else Message()


@lru_cache(maxsize=1)  # a head is read again with every piece of its body
def _read_lines(head: bytes, start: int, head_end: int) -> Message:
    lines = head.split(b"\r\n")
    status_line = STATUS_LINE.fullmatch(lines[0])
    if status_line is None:
        return Message(fault=f"not a status line: {lines[0][:80]!r}", end=start)
    version, status, reason = status_line.groups(b"")
    headers: list[tuple[str, str]] = []

    def so_far(fault: str = "", end: int = 0) -> Message:
        return Message(
            version.decode(),
            int(status),
            reason.decode("latin-1"),
            tuple(headers),
            fault=fault,
            end=end,
        )

    for line in lines[1:]:
        header = HEADER_LINE.fullmatch(line)
        if header is None or b"\r" in header[2] or b"\n" in header[2] or b"\0" in header[2]:
            return so_far(fault=f"not a header: {line[:80]!r}")
        headers.append((header[1].decode("ascii"), header[2].decode("latin-1")))
    return so_far(end=head_end)


def _read_body(data: bytes, head: Message, method: str) -> Message:
    if method == "HEAD" or head.status in (101, 204, 304):
        return replace(head, whole=True)
    codings = ",".join(head.values("transfer-encoding")).lower().replace(" ", "")
    lengths = head.values("content-length")
    if codings:
        if lengths:
            return replace(head, fault="both Transfer-Encoding and Content-Length")
        if codings != "chunked":
            return replace(head, fault=f"Transfer-Encoding {codings!r} is not chunked")
        return _read_chunks(data, head)
    if lengths:
        if len(lengths) > 1 or not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
            return replace(head, fault=f"Content-Length {', '.join(lengths)!r} is not one number")
        end = head.end + int(lengths[0])
        body = data[head.end : end]
        return replace(head, body=body, whole=end <= len(data), end=head.end + len(body))
    return replace(head, body=data[head.end :], end=len(data), until_close=True)


def _read_chunks(data: bytes, head: Message) -> Message:
    chunks: list[bytes] = []
    ends: list[int] = []
    position = head.end

    def so_far(fault: str = "", whole: bool = False) -> Message:
        got = tuple(chunks)
        found = replace(head, body=b"".join(got), chunks=got, chunk_ends=tuple(ends))
        return replace(found, end=position, fault=fault, whole=whole)

    while (line_end := data.find(b"\r\n", position)) >= 0:
        size_line = CHUNK_SIZE.fullmatch(data, position, line_end)
        if size_line is None:
            return so_far(fault=f"not a chunk size: {data[position:line_end][:40]!r}")
        size = int(size_line[1], 16)
        if len(chunks) == CHUNKS_LIMIT and size:
            return so_far(fault=f"more than {CHUNKS_LIMIT} chunks")
        if size == 0:
            if data[line_end + 2 : line_end + 4] == b"\r\n":
                position = line_end + 4
                return so_far(whole=True)
            if len(data) >= line_end + 4:
                return so_far(fault="bytes between the last chunk and the end (trailers?)")
            return so_far()
        chunk_end = line_end + 2 + size
        if len(data) < chunk_end + 2:
            break
        if data[chunk_end : chunk_end + 2] != b"\r\n":
            return so_far(fault=f"chunk {len(chunks) + 1} does not end after its size, {size}")
        chunks.append(data[line_end + 2 : chunk_end])
        position = chunk_end + 2
        ends.append(position)
    else:
        if len(data) - position > 1024:
            return so_far(fault="not a chunk size: no line end within 1,024 bytes")
    return so_far()

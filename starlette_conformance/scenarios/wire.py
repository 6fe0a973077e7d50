"""The connection of a scenario's client: it reads no byte beyond what a step asks it to read."""

import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

from starlette_conformance.http.connection import Connection
from starlette_conformance.http.frames import count
from starlette_conformance.http.message import Message
from starlette_conformance.http.parser import Reader, read

HELD = {"01", "08"}
"""proc(5), tcp: ESTABLISHED, and CLOSE_WAIT, when the client has left and the server has not."""

STAMPED, STAMPS = 35, 64
"""socket(7): SO_TIMESTAMPNS, which Python does not name, and room for what it adds."""

APART = 0.005
"""Seconds between two bytes that a server is to get one after the other."""


class Wire(Connection):
    """Beside the bytes, it knows the methods of the responses that it has read.

    `clock` is when it had the last response that it was to read, `watched` are the seconds since it
    sent something, at the end of a watch. `chunks` are those of a stream that it was to read, and
    not a byte more. `waits` are the seconds from what was sent last to each response, `idle_waits`
    the parts of them in which the server had nothing to do.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.methods: list[str] = []
        self.waits: list[float] = []
        self.idle_waits: list[float] = []
        self._busy: Callable[[], float] | None = None
        self._busy_before = self._sent = self._came = 0.0
        self.clock = time.monotonic()
        self.watched = 0.0
        self.chunks: int | None = None
        self._end = 0

    def read_responses(self, number: int, method: str) -> None:
        """So many more; fewer only where one is broken, or the connection ends."""
        for _ in range(number):
            reader = Reader(method, self._end)
            while not self._takes(reader) and self.receive():
                pass
            self.methods.append(method)
            if not reader.whole:
                break
            self._end = reader.end
            if self.sent:
                self.waits.append(time.monotonic() - self.began - self.sent[-1].at)
                if self._busy:
                    busy = self._busy() - self._busy_before
                    self.idle_waits.append(self._came - self._sent - busy)
        self.clock = time.monotonic()

    def send_slowly(self, data: bytes) -> None:
        for number in range(len(data)):
            self.send(data[number : number + 1])
            time.sleep(APART)

    def measure(self, busy: Callable[[], float]) -> None:
        """Count idle waits from now on; `busy` says how long the server was busy so far. When bytes
        come the kernel says, for this process may wait for a core itself.
        """
        self._busy = busy
        if self.socket:
            self.socket.setsockopt(socket.SOL_SOCKET, STAMPED, 1)

    def send(self, data: bytes) -> None:
        self._busy_before = self._busy() if self._busy else 0.0
        super().send(data)
        self._sent = time.time()

    def _taken(self, socket: socket.socket, size: int, flags: int) -> bytes:
        if not self._busy:
            return super()._taken(socket, size, flags)
        data, stamps, *_ = socket.recvmsg(size, STAMPS, flags)
        for *_, stamp in stamps:
            seconds, nanoseconds = struct.unpack("qq", stamp)
            self._came = seconds + nanoseconds / 1e9
        return data

    def send_each(self, data: bytes, times: int) -> None:
        for _ in range(times):
            self.send(data)
            self.read_responses(1, "GET")

    def _takes(self, reader: Reader) -> bool:
        return reader.read(self.data).whole or bool(reader.fault)

    def read_chunks(self, number: int, method: str) -> None:
        """The head, and so many chunks in all; or to the end."""
        while not _behind_chunk(self.data, number, method) and (ahead := self.peek()):
            wanted = _behind_chunk(self.data + ahead, number, method)
            self.receive(wanted - len(self.data) if wanted else len(ahead))
        self.chunks = number
        self.methods.append(method)
        self.clock = time.monotonic()

    def read_frames(self, number: int) -> None:
        while count(self.behind_handshake()) < number and self.receive():
            pass
        self.clock = time.monotonic()

    def behind_handshake(self) -> bytes:
        """What follows the response to a WebSocket handshake."""
        last = self.messages()[-1]
        return bytes(self.data[last.end :]) if is_handshake(last) else b""

    def watch(self, seconds: float) -> None:
        """Read until the end, or for so long since the last response, or since something was sent
        after it.
        """
        since = self.began + self.sent[-1].at if self.sent else self.began
        until = max(self.clock, since) + seconds
        while not self.ended and (left := until - time.monotonic()) > 0:
            if not self.is_silent(left):
                self.receive()
        self.watched = time.monotonic() - since

    def messages(self) -> list[Message]:
        """Every response, and what follows the last one as another, where there is anything that
        is no WebSocket.
        """
        found: list[Message] = []
        data, start = bytes(self.data), 0
        while not found or (found[-1].whole and start < len(data) and not is_handshake(found[-1])):
            method = self.methods[len(found)] if len(found) < len(self.methods) else "GET"
            found.append(read(data, method, self.closed_by_server, start))
            start = found[-1].end
        return found


def is_handshake(message: Message) -> bool:
    """Whether a WebSocket follows (RFC 9110 section 15.2.2)."""
    return message.status == 101 and message.whole


def _behind_chunk(data: bytearray, number: int, method: str) -> int:
    """The offset behind the head and so many chunks, or 0."""
    reader = Reader(method).read(data)
    ends = [reader.head_end, *reader.chunk_ends]
    return ends[number] if len(ends) > number else 0


def held(port: int) -> set[int]:
    """The ports of the clients to which the server on a port holds a connection."""
    found = set()
    for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, remote, state, *_ = row.split()
        if state in HELD and int(local[-4:], 16) == port:
            found.add(int(remote[-4:], 16))
    return found

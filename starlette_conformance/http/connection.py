"""One connection whose every byte is kept, with the time at which it passed.

A deadline covers the whole connection, and a limit the bytes received, so no server can hold its
reader for ever or fill its memory.
"""

import select
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from starlette_conformance.model import clock
from starlette_conformance.model.errors import of_os

LIMIT = 4 * 1024 * 1024
"""Bytes received, thirty times the largest response in the specs. They are kept several times
over until they are in the run file, where one may take six characters."""
PIECES_LIMIT = 100_000
"""Of a size that the server chooses: each has its time, which takes more memory than a byte."""
AT_ONCE = 65536
OVERTIME = 8
"""So many reads beyond the deadline get what had come by then, though this process was late."""
AFTERLOOK = 1.0
"""Seconds that a server gets to close its side once the client has closed its own."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes that passed in one call, and when: seconds since the connection was begun."""

    at: float
    data: bytes


@dataclass
class Connection:
    """A recorded connection, begun `at` (seconds since the epoch).

    `ended` says in a few words how it went, and is empty while it lasts.

    `data` are all bytes received so far, in an array that only grows. `receive` and `peek` return
    b"" at the end, whatever ended it: the server's close, a reset, the deadline or a limit. Raises
    Failure where this machine lets nobody connect: two stacks that nobody reaches would seem alike.
    `path` is that of a Unix socket, in the place of a port.
    """

    port: int
    seconds: float = 10.0
    host: str = "127.0.0.1"
    sent: list[Segment] = field(default_factory=list)
    received: list[Segment] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    ended: str = ""
    client_port: int = 0
    path: str = ""
    _reset: bool = False
    _timed_out: bool = False
    _allowed: float | None = None
    _overtime: int = OVERTIME

    def __post_init__(self) -> None:
        self.began, self.at = time.monotonic(), clock.now()
        self.socket: socket.socket | None = None
        try:
            self.socket = self._connected()
        except (ConnectionError, FileNotFoundError, TimeoutError) as error:
            self.ended = f"{NOT_CONNECTED}: {error.strerror or error}"
        except OSError as error:  # of this machine, not of the server
            raise of_os(error, f"{self.path or self.host} cannot be reached") from None

    def _connected(self) -> socket.socket:
        if self.path:
            by_path = socket.socket(socket.AF_UNIX)
            try:
                by_path.settimeout(self._left())
                by_path.connect(self.path)
            except OSError:
                by_path.close()
                raise
            return by_path
        by_port = socket.create_connection((self.host, self.port), self._left())
        self.client_port = by_port.getsockname()[1]
        by_port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return by_port

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def closed_by_server(self) -> bool:
        return self.ended == CLOSED

    @property
    def timed_out(self) -> bool:
        return self._timed_out

    @property
    def age(self) -> float:
        """Seconds since the connection was begun."""
        return self._now()

    def allow(self, seconds: float) -> None:
        """Set the deadline to so many seconds from now."""
        self.seconds, self._overtime = self._now() + seconds, OVERTIME
        self._allowed = seconds

    def send(self, data: bytes) -> None:
        if self.socket is None or self.ended or not data:
            return
        early = 0 if self.sent else self._waiting()
        self.sent.append(Segment(self._now(), data))
        try:
            self.socket.settimeout(self._left())
            self.socket.sendall(data)
        except TimeoutError:
            pass  # what the server sent before it stopped listening still counts
        except OSError:
            self._reset = True  # the system says so once, and `recv` never again
        if early:  # whatever it is, it responds to no request
            self.ended = f"{early} bytes came before the request"

    def _waiting(self) -> int:
        """How many bytes are there to be received, which none of this may wait for."""
        assert self.socket is not None
        self.socket.setblocking(False)
        with suppress(OSError):  # there is nothing
            return len(self.socket.recv(AT_ONCE, socket.MSG_PEEK))
        return 0

    def receive(self, size: int = AT_ONCE) -> bytes:
        """Receive up to `size` bytes."""
        if data := self._next(size):
            self.received.append(Segment(self._now(), data))
            self.data += data
            if len(self.data) > LIMIT:
                self.ended = f"more than {LIMIT} bytes came"
            elif len(self.received) > PIECES_LIMIT:
                self.ended = f"more than {PIECES_LIMIT} pieces came"
        return data

    def read_to_end(self) -> None:
        while self.receive():
            pass

    def peek(self) -> bytes:
        """What `receive` would give, left where it is."""
        return self._next(AT_ONCE, socket.MSG_PEEK)

    def _next(self, size: int, flags: int = 0) -> bytes:
        if self.socket is None or self.ended:
            return b""
        if self._now() > self.seconds:
            self._overtime -= 1
            if self._overtime < 0:  # each read would be in time, and the last one never come
                return self._time_out("bytes still came after {} s")
        try:
            self.socket.settimeout(self._left())
            data = self._taken(self.socket, size, flags)
        except TimeoutError:
            return self._time_out(
                "nothing more came within {} s" if self.data else "no response within {} s"
            )
        except OSError:
            self.ended = RESET
            return b""
        if not data:
            self.ended = RESET if self._reset else CLOSED
        return data

    def _taken(self, socket: socket.socket, size: int, flags: int) -> bytes:
        return socket.recv(size, flags)

    def _time_out(self, ended: str) -> bytes:
        seconds = self.seconds if self._allowed is None else self._allowed
        self.ended, self._timed_out = ended.format(f"{seconds:g}"), True
        return b""

    def look_after(self, wait_for_close: bool) -> bool:
        """See what follows a whole response; return whether the server closed the connection by
        itself.

        Where the response announced the close, it is awaited. Then the client closes its sending
        side, and whatever the server still sends is received: bytes after the end show here.
        """
        if self.socket is None or self.ended:
            return self.closed_by_server
        self.allow(AFTERLOOK)
        if not wait_for_close:
            self.socket.setblocking(False)
            try:
                closed = self.socket.recv(1, socket.MSG_PEEK) == b""
            except BlockingIOError:
                closed = False
            except OSError:
                closed = True
            if not closed:
                self.half_close()
        self.read_to_end()
        return self.ended == CLOSED and (wait_for_close or closed)

    def is_silent(self, seconds: float) -> bool:
        """Wait so long for bytes or an end to receive; return whether there are none."""
        if self.socket is None or self.ended:
            return False
        return not select.select([self.socket], [], [], max(0.0, min(seconds, self._left())))[0]

    def half_close(self) -> None:
        """Close the sending side only: the server reads the end, and may still respond."""
        if self.socket is not None:
            with suppress(OSError):  # the server was first
                self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave with a reset instead of an orderly close."""
        if self.socket is not None:
            linger = struct.pack("ii", 1, 0)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.leave()

    def leave(self) -> None:
        """Close both sides now."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
        self.ended = self.ended or LEFT

    def _now(self) -> float:
        return time.monotonic() - self.began

    def _left(self) -> float:
        return max(0.001, self.seconds - self._now())


NOT_CONNECTED = "no connection"
CLOSED = "closed by the server"
RESET = "reset by the server"
LEFT = "left by the client"

"""A connection for one request after the other."""

import socket
import time

from starlette_conformance.http.connection import CLOSED, LEFT, NOT_CONNECTED, RESET
from starlette_conformance.http.parser import Reader

IDLE = 2.0
"""Seconds since the last request after which a connection is not used any more: a server may close
it at any moment, whenever its response was read."""

SECONDS = 10.0
"""How long a response may take, beside 63 others on a busy machine."""


class KeptConnection:
    """A connection for one request after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._used = 0.0

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def send(self, data: bytes) -> None:
        if time.monotonic() - self._used > IDLE:
            self.close()
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), SECONDS)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._used = time.monotonic()
            self._socket.sendall(data)
        except OSError:
            self.close()

    def receive(self, method: str, size: int) -> tuple[bytes, str]:
        """A response, and how it ended; `size` bytes of one are all of it."""
        if self._socket is None:
            return b"", NOT_CONNECTED
        data, reader, ended = bytearray(), Reader(method), LEFT
        try:
            while len(data) != size or not size:
                if piece := self._socket.recv(1 << 17):
                    data += piece
                else:
                    ended = CLOSED
                if len(data) == size:
                    break
                reader.read(data)
                if reader.whole or reader.fault or ended == CLOSED:
                    break
        except TimeoutError:
            ended = f"nothing more came within {SECONDS:g} s"
        except OSError:
            ended = RESET
        if ended != LEFT or reader.fault or reader.head.announces_close:
            self.close()
        return bytes(data), ended

"""Miniature servers: raw sockets in a thread that answer every request with scripted bytes."""

import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

from starlette_conformance.http.client import LISTENS, Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.log import Log

SECONDS = 10.0
"""How long a miniature waits for anything, before it gives up."""

Script = Callable[[socket.socket], None]
"""What a miniature does with a connection once the request came; it is closed afterwards."""


@dataclass
class Miniature:
    """A port that answers, and the request heads that came to it."""

    port: int
    requests: list[bytes] = field(default_factory=list)


@contextmanager
def miniature(script: Script, unasked: bytes = b"") -> Iterator[Miniature]:
    """Serve one connection after the other by a script, until the context ends.

    What is said `unasked` is sent before the request is read.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Miniature(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, script, unasked, found.requests))
        thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread out of accept
            thread.join(2 * SECONDS)
    assert not thread.is_alive()


def _serve(listener: socket.socket, script: Script, unasked: bytes, requests: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):  # the client may leave at any time
            connection.settimeout(SECONDS)
            connection.sendall(unasked)
            requests.append(_request_head(connection))
            script(connection)


def _request_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (data := connection.recv(1)):
        head += data
    return head


def keeps_open(answer: bytes) -> Script:
    """Send the answer, and wait until the client leaves."""

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(answer))
        while connection.recv(65536):
            pass

    return script


def closes(answer: bytes) -> Script:
    """Send the answer and close; the end reaches the client together with the last byte."""

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(answer), socket.MSG_MORE)

    return script


def resets(answer: bytes) -> Script:
    """Send the answer and reset; Linux still gives the client what came before the reset."""

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(answer))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script


def floods(answer: bytes) -> Script:
    """Send the answer, and then its last byte for as long as the client listens."""

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(answer))
        while True:
            connection.sendall(answer[-1:] * 4096)

    return script


def dated(answer: bytes) -> bytes:
    """The answer with the time of now in the place of DATE."""
    return answer.replace(b"DATE", http_date(time.time()))


def http_date(seconds: float) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


ENVIRONMENT = Environment(
    "miniature",
    Path(sys.executable),
    "3.11.7",
    {"starlette": "0.46.1", "sse-starlette": "2.2.1", "uvicorn": "0.34.0", "h11": "0.14.0"},
)
"""A stack of fixed versions. Nothing of it runs."""


@contextmanager
def piped_log() -> Iterator[tuple[Log, int]]:
    """A log, and the descriptor to write to it."""
    reading, writing = os.pipe()
    log = Log(reading)
    try:
        yield log, writing
    finally:
        os.close(writing)
        log.close()


@contextmanager
def client_of(
    port: int, record: Callable[[Exchange], None] = lambda _: None, listens: float = LISTENS
) -> Iterator[Client]:
    with piped_log() as (log, _):
        yield Client("hello", ENVIRONMENT, port, log, record, listens=listens)

"""What a benchmark calls again and again, and how it says that the server was wrong.

A call either gets the whole response that is expected, or raises CannotTell, so what went wrong is
never part of a figure.
"""

import socket
from typing import Protocol

from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server

SECONDS = 10.0
"""How long a server may take for a response, or an event."""

LOG_SECONDS = 0.5
"""How long the end of a process may take to show in its log."""


class Measured(Protocol):
    """A call is one request, or one event; `calls` counts them.

    `settle` comes before the clock is read, and gets rid of what the server did unasked.
    `wall` adds up the seconds that they took; None where the app itself sets the pace.
    """

    calls: int
    wall: float | None

    def __call__(self) -> None: ...
    def settle(self) -> None: ...
    def close(self) -> None: ...


def connected(server: Server) -> socket.socket:
    try:
        connection = socket.create_connection(("127.0.0.1", server.port()), SECONDS)
    except OSError as error:
        raise CannotTell(failure_of(server, f"no connection, {why(error)}")) from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def failure_of(server: Server, what: str) -> str:
    """The sentence on what a server did, with its stack, and what else is known of it."""
    server.log.wait_for(lambda _: False, LOG_SECONDS)
    said = [line for line in server.log.lines() if line.strip()]
    alive = "" if not server.log.ended else "; its process has ended"
    last = f"; its last line: {said[-1]}" if said else ""
    return f"{server.app} on {server.environment}: {what}{alive}{last}"


def why(error: OSError) -> str:
    """The end of a sentence: nothing came ..."""
    if isinstance(error, TimeoutError):
        return f"not within {SECONDS:g} s"
    return error.strerror or str(error)

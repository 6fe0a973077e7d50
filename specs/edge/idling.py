"""Connections on which a client pauses, and what becomes of them."""

import re
import time
from dataclasses import dataclass

from specs.ledger.responses import raw_request
from starlette_conformance.http.connection import Connection

LOOK = 6.0
"""Seconds for which the client looks, one more than uvicorn keeps an idle connection."""

PAUSE = 2.5
"""Seconds after which the second of now is another one, and uvicorn has looked at the clock."""

ANSWER_ENDS = b"\r\n\r\nNot Found"


@dataclass(frozen=True)
class Idle:
    """What a client sends, for how many responses it waits, and what it sends then."""

    data: bytes = b""
    responses: int = 0
    then: bytes = b""


REQUEST = raw_request(b"GET /missing HTTP/1.1")
POSTING = raw_request(b"POST /missing HTTP/1.1", b"Content-Length: 5\r\n", b"abc")

IDLE = {
    "before a request": Idle(),
    "within a request": Idle(b"GET / HT"),
    "after an answer": Idle(REQUEST, 1),
    "after two answers": Idle(REQUEST * 2, 2),
    "within a second request": Idle(REQUEST, 1, b"GET / HT"),
    "after a line break": Idle(REQUEST, 1, b"\r\n"),
    "within a body, after its answer": Idle(POSTING, 1),
    "during an answer": Idle(raw_request(b"GET /stream HTTP/1.1")),
    "during a second answer": Idle(REQUEST + raw_request(b"GET /stream HTTP/1.1"), 1),
}


def end_of(port: int, idle: Idle) -> str:
    """When the server closes the connection, in seconds since the last of `answers`."""
    with Connection(port) as connection:
        connection.send(idle.data)
        _receive(connection, idle.responses)
        began = time.monotonic()
        connection.send(idle.then)
        while not connection.ended and (left := began + LOOK - time.monotonic()) > 0:
            if not connection.is_silent(left):
                connection.receive()
        # The server's 5 s begin before the client has its response.
        after = int(time.monotonic() - began + 0.1)
        return f"closed after {after} s" if connection.closed_by_server else f"open after {after} s"


def dates(port: int) -> list[bytes]:
    """What two responses on a connection say is the date, PAUSE apart."""
    with Connection(port) as connection:
        connection.send(REQUEST)
        _receive(connection, 1)
        connection.is_silent(PAUSE)
        connection.send(REQUEST)
        _receive(connection, 2)
        return re.findall(rb"(?i)\r\ndate: (.*?)\r\n", connection.data)


def _receive(connection: Connection, responses: int) -> None:
    while connection.data.count(ANSWER_ENDS) < responses and connection.receive():
        pass

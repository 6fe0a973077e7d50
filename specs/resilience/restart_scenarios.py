"""sse: a server is stopped with a stream open, and started again on its port."""

import signal
from typing import Any

from specs.ledger.changes import EXIT_DISCONNECTS, SIGNAL_ENDS_STREAMS, SIGNAL_UNHEARD
from specs.ledger.streams import LEFT, STREAM
from specs.shutdown.scenarios import STATUS
from starlette_conformance.model.expectations import Response, chunked, history, since
from starlette_conformance.model.observations import FirstExitStatus, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadChunks, ReadToEnd, Send, Signal, StartAgain

STOPS = 4.0
"""Seconds after which a server is killed that has not ended by SIGTERM."""

TERM = STATUS[signal.SIGTERM]
UNENDED = since(EXIT_DISCONNECTS, TERM, before="-9")
FIRST = since(SIGNAL_UNHEARD, UNENDED, before=history(UNENDED, (SIGNAL_ENDS_STREAMS, TERM)))
"""How a server ends that has a stream open."""


def events(first: int, number: int) -> tuple[bytes, ...]:
    numbers = range(first, first + number)
    return tuple(f"id: {each}\r\ndata: {each}\r\n\r\n".encode() for each in numbers)


def request(headers: bytes = b"") -> bytes:
    return b"GET /stream HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % headers


def streamed(body: Any, ending: Any) -> Response:
    headers = {name: value for name, value in STREAM.items() if name != "vary"}
    return Response(200, headers, body, ending=ending)


READ = 2
SCENARIOS = [
    Scenario(
        f"SIGTERM beside a stream, and a client {comes} once the server is started again",
        "sse",
        (
            *(Send("first", request()), ReadChunks("first", READ), Signal(signal.SIGTERM)),
            *(StartAgain(STOPS), ReadToEnd("first")),
            *(Send("again", request(headers)), ReadChunks("again", READ)),
        ),
        {
            FirstExitStatus(): FIRST,
            ResponseOn("again"): streamed(chunked(*events(begins, READ)), LEFT),
        },
        interval=0.4,
        script="specs/resilience/apps/resumable.py",
        alone=True,
        slow=True,
        seconds=15,
    )
    for comes, headers, begins in (
        ("with Last-Event-ID", b"Last-Event-ID: %d\r\n" % READ, READ + 1),
        ("without Last-Event-ID", b"", 1),
    )
]

"""sse: connections on which a client pauses; uvicorn keeps an idle one for 5 s."""

from typing import Any

from specs.ledger.changes import DATE_RENEWED, WAITING_ANSWER_KEPT
from specs.ledger.responses import raw_request
from starlette_conformance.model.expectations import by_parser, since
from starlette_conformance.model.observations import DatesOn, EndOf
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Connect, Pause, ReadResponses, Send, Step, Watch

LOOK = 6.0
"""Seconds for which the client looks, one more than uvicorn keeps an idle connection."""

LONG_LOOK = 12.0
"""Seconds for which it looks where no request has come: a server with a limit for that gives 10."""

PAUSE = 2.5
"""Seconds after which the second of now is another one, and uvicorn has looked at the clock."""

MISSING = raw_request(b"GET /missing HTTP/1.1")
POSTED_IN_PART = raw_request(b"POST /missing HTTP/1.1", b"Content-Length: 5\r\n", b"abc")
STREAM = raw_request(b"GET /stream HTTP/1.1")
ON = "the connection"


def sent(data: bytes, responses: int = 0, then: bytes = b"") -> tuple[Step, ...]:
    """What a client sends, for how many responses it waits, and what it sends then."""
    read = [ReadResponses(ON, responses)] if responses else []
    return (Send(ON, data), *read, *([Send(ON, then)] if then else []))


CLOSED, OPEN, LONG_OPEN = "closed after 5 s", "open after 6 s", "open after 12 s"
IDLE: dict[str, tuple[tuple[Step, ...], Any]] = {
    "before a request": ((Connect(ON),), LONG_OPEN),
    "within a request": (sent(b"GET / HT"), LONG_OPEN),
    "after a response": (sent(MISSING, 1), CLOSED),
    "after two responses": (sent(MISSING * 2, 2), CLOSED),
    "within a second request": (sent(MISSING, 1, b"GET / HT"), OPEN),
    "after a line break": (
        sent(MISSING, 1, b"\r\n"),
        by_parser(h11="closed after 0 s", httptools=OPEN),
    ),
    "within a body, after its response": (sent(POSTED_IN_PART, 1), CLOSED),
    "during a response": (sent(STREAM), OPEN),
    "during a second response": (
        sent(MISSING + STREAM, 1),
        since(WAITING_ANSWER_KEPT, OPEN, before=CLOSED),
    ),
}

PAUSES = [
    Scenario(
        f"a client pauses {when}",
        "slow_sse",
        (*steps, Watch(ON, LONG_LOOK if end == LONG_OPEN else LOOK)),
        {EndOf(ON): end},
        slow=True,
        seconds=20,
    )
    for when, (steps, end) in IDLE.items()
]

DATES = Scenario(
    "two responses of a connection are seconds apart",
    "slow_sse",
    (*sent(MISSING, 1), Pause(PAUSE), *sent(MISSING, 1)),
    {DatesOn(ON): since(DATE_RENEWED, "2 dates in 2 responses", before="1 date in 2 responses")},
    slow=True,
)

SCENARIOS = [*PAUSES, DATES]

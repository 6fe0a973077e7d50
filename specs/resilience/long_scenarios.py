"""Requests, responses and connections that take longer than servers with a limit for them allow."""

from collections.abc import Sequence

from specs.ledger.responses import raw_request, text
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Pause, ReadResponses, Send, Step

ON = "client"
SECONDS = 12
"""More than the 10 s that are usual as a limit."""
TURNS = 4
"""Requests on the connection, with pauses in which uvicorn keeps it."""
OK = text(b"ok")
UPLOAD = raw_request(b"POST /upload HTTP/1.1", b"Content-Length: 6\r\n", b"abc")


def lasting(what: str, steps: Sequence[Step], *responses: Response) -> Scenario:
    return Scenario(
        f"{what} {SECONDS} s",
        "hello",
        tuple(steps),
        {ResponsesOn(ON): list(responses)},
        script="specs/resilience/apps/limits.py",
        slow=True,
        seconds=25,
    )


TURN = (Send(ON, raw_request()), ReadResponses(ON), Pause(SECONDS / TURNS))
SCENARIOS = [
    lasting(
        "a client pauses within its upload for",
        (Send(ON, UPLOAD), Pause(SECONDS), Send(ON, b"def"), ReadResponses(ON, method="POST")),
        text(b"6"),
    ),
    lasting(
        "an app takes for its response",
        (Send(ON, raw_request(b"GET /slow?seconds=%d HTTP/1.1" % SECONDS)), ReadResponses(ON)),
        text(b"slow"),
    ),
    lasting(
        "a client sends a request now and then for",
        (*TURN * TURNS, Send(ON, raw_request()), ReadResponses(ON)),
        *[OK] * (TURNS + 1),
    ),
]

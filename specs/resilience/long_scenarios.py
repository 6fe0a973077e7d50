"""A request, a response and a connection that take longer than a server with limits allows."""

from specs.ledger.responses import raw_request, text
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Pause, ReadResponses, Send

SECONDS = 12
"""More than the 10 s that are usual as a limit."""
TURNS = 4
"""Requests on the connection that is kept, with pauses in which uvicorn keeps it."""
OK = text(b"ok")
UPLOAD, SLOW, KEPT = "upload", "slow", "kept"
PART = raw_request(b"POST /upload HTTP/1.1", b"Content-Length: 6\r\n", b"abc")
ASKED = Send(KEPT, raw_request()), ReadResponses(KEPT)

SCENARIOS = [
    Scenario(
        f"an upload pauses, an app works and a connection is kept, each for {SECONDS} s",
        "hello",
        (
            *(Send(UPLOAD, PART), Send(SLOW, raw_request(b"GET /slow?seconds=12 HTTP/1.1"))),
            *(*ASKED, Pause(SECONDS / TURNS)) * TURNS,
            *(*ASKED, Send(UPLOAD, b"def"), ReadResponses(UPLOAD, method="POST")),
            ReadResponses(SLOW),
        ),
        {
            ResponsesOn(UPLOAD): [text(b"6")],
            ResponsesOn(SLOW): [text(b"slow")],
            ResponsesOn(KEPT): [OK] * (TURNS + 1),
        },
        script="specs/resilience/apps/limits.py",
        slow=True,
        seconds=25,
    )
]

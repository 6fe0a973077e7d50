"""An app that does not keep to ASGI: what its clients see, and that the server goes on."""

from dataclasses import replace
from typing import Any

from specs.ledger.changes import ERRORS_HAVE_LENGTH
from specs.ledger.responses import UVICORN, raw_request
from specs.resilience.limit_scenarios import FAILED, FAILED_IN_CHUNKS
from starlette_conformance.model.expectations import Response, by_parser, since
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadToEnd, Send

WHOLE = Response(
    200, UVICORN | {"content-type": "text/plain", "content-length": "3"}, b"one", closes=True
)
CUT = replace(WHOLE, body=b"", ending="0 of 3 bytes: closed by the server", closes=False)
NO_RESPONSE = by_parser(
    h11=FAILED_IN_CHUNKS,
    httptools=since(ERRORS_HAVE_LENGTH, FAILED, before=FAILED_IN_CHUNKS),
)
"""uvicorn's own 500."""

RESPONSES: dict[str, Any] = {
    "/value": WHOLE,
    "/nothing": NO_RESPONSE,
    "/no-end": WHOLE,
    "/no-body": CUT,
    "/no-start": NO_RESPONSE,
    "/two-starts": CUT,
    "/too-much": WHOLE,
}

SCENARIOS = [
    Scenario(
        "an app does not keep to ASGI",
        "hello",
        tuple(
            step
            for path in RESPONSES
            for step in (
                Send(path, raw_request(b"GET %b HTTP/1.1" % path.encode())),
                ReadToEnd(path),
            )
        ),
        {ResponseOn(path): response for path, response in RESPONSES.items()},
        script="specs/features/apps/asgi.py",
        needs=("uvicorn>=0.14",),
        slow=True,
    )
]

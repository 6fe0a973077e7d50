"""Several requests on one connection, one after the other: each response is as it is alone."""

from typing import Any

from specs.ledger.changes import PATHSEND_ASSUMED
from specs.ledger.cors import TO_ANY_ORIGIN
from specs.ledger.file_responses import file
from specs.ledger.greetings import PAGE as STREAM_PAGE
from specs.ledger.idle_waits import NEVER_IDLE
from specs.ledger.responses import (
    CHALLENGE,
    CLOSE,
    CORS,
    GREETING,
    HTML,
    content,
    last,
    not_allowed,
    not_found,
    raw_request,
    response_to,
    text,
)
from specs.ledger.site import PAGE
from starlette_conformance.model.expectations import Response, since
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, ReadToEnd, Send, Step

VADER = b'{"response":"Hello Vader !!!"}'
PROTECTED = b'{"message":"Hello Protected Starlette !!!"}'
ADMIN = b"Authorization: Basic YWRtaW46czNjcjN0IQ==\r\n"
ORIGIN = b"Origin: https://example.org\r\n"

NAMED = Response(200, content(VADER, "application/json", CORS), VADER)
ADMITTED = Response(200, content(PROTECTED, "application/json"), PROTECTED)
HOME = Response(200, content(STREAM_PAGE, HTML, CORS), STREAM_PAGE)

RUNS: dict[str, list[tuple[str, bytes, Any]]] = {
    "hello": [
        ("GET /", b"", GREETING),
        ("GET /missing", b"", not_found()),
        ("HEAD /", b"", GREETING),
        ("POST /", b"", not_allowed()),
        ("GET /", b"", GREETING),
    ],
    "json_cors": [
        ("GET /user/Vader", b"", NAMED),
        ("GET /", ORIGIN, text(b"Hello Starlette !!!", headers=TO_ANY_ORIGIN)),
        ("GET /missing", b"", not_found(CORS)),
        ("HEAD /user/Vader", b"", NAMED),
        ("GET /user/Vader", b"", NAMED),
    ],
    "static_files": [
        ("GET /", b"", file(PAGE)),
        ("HEAD /", b"", file(PAGE)),
        ("GET /", b"", file(PAGE)),
        ("GET /missing", b"", not_found()),
        ("GET /", b"", file(PAGE)),
    ],
    "basic_auth": [
        ("GET /", b"", CHALLENGE),
        ("GET /", ADMIN, ADMITTED),
        ("GET /missing", ADMIN, not_found()),
        ("GET /", b"", CHALLENGE),
        ("GET /", ADMIN, ADMITTED),
    ],
    "sse": [
        ("GET /", b"", HOME),
        ("GET /missing", b"", not_found(CORS)),
        ("HEAD /", b"", HOME),
        ("POST /stream", b"", not_allowed(CORS)),
        ("GET /", b"", HOME),
    ],
}
"""By app what is requested, and the response; the last request asks for the close."""

ON = "the connection"


def run(app: str) -> Scenario:
    steps: list[Step] = []
    expected: list[Any] = []
    *most, final = RUNS[app]
    for line, headers, response in most:
        method = line.partition(" ")[0]
        steps += [
            Send(ON, raw_request(f"{line} HTTP/1.1".encode(), headers)),
            ReadResponses(ON, method=method),
        ]
        expected.append(response_to(method, response))
    line, headers, response = final
    steps += [Send(ON, raw_request(f"{line} HTTP/1.1".encode(), headers + CLOSE)), ReadToEnd(ON)]
    answers: Any = [*expected, last(response)]
    if app == "static_files":
        answers = since(PATHSEND_ASSUMED, [file(PAGE)], before=answers)
    return Scenario(
        f"{app} is sent five requests on a connection",
        app,
        tuple(steps),
        {ResponsesOn(ON): answers, **NEVER_IDLE},
    )


SCENARIOS = [run(app) for app in RUNS]

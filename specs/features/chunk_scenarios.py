"""Responses of several chunks: each chunk that an app yields is one on the wire."""

from dataclasses import replace
from typing import Any

from specs.ledger.responses import TEXT, UVICORN, raw_request, without_body
from specs.ledger.site import HUGE
from specs.ledger.streams import CUT
from starlette_conformance.model.expectations import Response, chunked
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, Send, Step


def sent(*chunks: bytes, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    framed = UVICORN | named | {"transfer-encoding": "chunked"}
    return Response(status, framed, chunked(*chunks), "Created" if status == 201 else None)


NUMBERS = [b"%d\n" % number for number in range(100)]
MANY = sent(*NUMBERS, content_type=TEXT)
LENGTH = Response(200, UVICORN | {"content-length": "6"}, b"onetwo")

RESPONSES: dict[str, Any] = {
    "GET /many": MANY,
    "GET /by-threads": MANY,
    "GET /text": sent("grün".encode(), b"blue", "🐍".encode(), status=201),
    "GET /large": sent(HUGE[:65536], HUGE[65536:], content_type="image/x-large"),
    "GET /empty": sent(x_own="1"),
    "GET /with-length": LENGTH,
    "GET /failing": replace(sent(b"one"), ending=CUT),
    "HEAD /many": without_body(sent(content_type=TEXT)),
    "HEAD /with-length": without_body(LENGTH),
}


def steps() -> tuple[Step, ...]:
    found: list[Step] = []
    for line in RESPONSES:
        method = line.partition(" ")[0]
        request = raw_request(f"{line} HTTP/1.1".encode())
        found += [Send(line, request), ReadResponses(line, method=method)]
    return tuple(found)


SCENARIOS = [
    Scenario(
        "an app sends its responses in chunks",
        "hello",
        steps(),
        {ResponseOn(line): response for line, response in RESPONSES.items()},
        script="specs/features/apps/chunks.py",
        needs=("starlette>=0.15",),  # before, streams fail on Python 3.11 and newer
    )
]

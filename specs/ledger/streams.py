"""The stream of the sse app as it is on every release of sse-starlette."""

from typing import Any

from specs.ledger.changes import STREAM_NAMES_CHARSET, STREAM_NOT_STORED
from specs.ledger.responses import CORS, UVICORN
from starlette_conformance.model.expectations import Response, chunked, since

GET = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"

STREAM: dict[str, Any] = {
    **UVICORN,
    **CORS,
    "content-type": since(
        STREAM_NAMES_CHARSET, "text/event-stream; charset=utf-8", before="text/event-stream"
    ),
    "cache-control": since(STREAM_NOT_STORED, "no-store", before="no-cache"),
    "connection": "keep-alive",
    "x-accel-buffering": "no",
    "transfer-encoding": "chunked",
}
"""The headers of the stream."""

EVENTS = tuple(f"data: {number}\r\n\r\n".encode() for number in range(1, 100))

LEFT = "no last chunk: left by the client"
CUT = "no last chunk: closed by the server"


def stream(events: int, ending: str = LEFT) -> Response:
    """So many events, each in a chunk of its own, and no end of the body."""
    return Response(200, STREAM, chunked(*EVENTS[:events]), ending=ending)


def framed(events: int) -> bytes:
    """The body with so many events, as it stands on the wire."""
    return b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in EVENTS[:events])

"""Requests, responses and log lines that several apps share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    ALLOW_ON_405,
    CLOSE_ANNOUNCED,
    CORS_VARIES_ALWAYS,
    EMPTY_BODY_HAS_LENGTH,
)
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import (
    ABSENT,
    HTTP_DATE,
    SERVER,
    Response,
    by_parser,
    since,
    unordered,
)
from starlette_conformance.model.log_lines import Lines

Headers = Mapping[str, Any]

UVICORN = {"date": HTTP_DATE, "server": SERVER}
"""What the server adds to every response."""
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

NO_BODY = {
    "content-length": since(EMPTY_BODY_HAS_LENGTH, "0"),
    "transfer-encoding": since(EMPTY_BODY_HAS_LENGTH, ABSENT, before="chunked"),
}
"""How a response without a body is framed."""

EMPTY_BY_HTTP_1_0 = NO_BODY | {
    "transfer-encoding": since(
        EMPTY_BODY_HAS_LENGTH, ABSENT, before=by_parser(h11=ABSENT, httptools="chunked")
    )
}
"""The same by HTTP/1.0, which knows no chunks: with h11 by the end of the connection, once."""

CORS = {"vary": since(CORS_VARIES_ALWAYS, "Origin")}
"""What CORSMiddleware adds to every response, for every origin."""

WEBSOCKET = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
"""The headers of a handshake (RFC 6455 section 1.2)."""

OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Methods that a route for GET does not have."""


GET = b"GET / HTTP/1.1"
HOST = b"Host: example.org\r\n"
CLOSE = b"Connection: close\r\n"


def raw_request(
    line: bytes = GET, headers: bytes = b"", body: bytes = b"", host: bytes = HOST
) -> bytes:
    """A request written out, for what httpx does not send."""
    return line + b"\r\n" + host + headers + b"\r\n" + body


def until_it_closes(client: Client, *data: bytes, half_close: bool = False) -> Exchange:
    """Whatever comes in less than the 5 s that uvicorn keeps an idle connection."""
    return client.raw(*data, seconds=4, responses=99, half_close=half_close)


def content(body: bytes, media_type: str, headers: Headers | None = None) -> dict[str, Any]:
    """The headers of a response with a body of known length."""
    framing = {"content-type": media_type, "content-length": str(len(body))}
    return UVICORN | framing | dict(headers or {})


def text(body: bytes, status: int = 200, headers: Headers | None = None) -> Response:
    return Response(status, content(body, TEXT, headers), body)


GREETING = text(b"Hello Starlette !!!")
"""What hello answers."""


def not_found(headers: Headers | None = None) -> Response:
    return text(b"Not Found", 404, headers)


def not_allowed(headers: Headers | None = None) -> Response:
    """RFC 9110 section 15.5.6 wants Allow. Starlette joins a set: its order depends on chance."""
    allow = {"allow": since(ALLOW_ON_405, unordered("GET", "HEAD"))}
    return text(b"Method Not Allowed", 405, allow | dict(headers or {}))


CHALLENGE = Response(401, UVICORN | NO_BODY | {"www-authenticate": "Basic"})
"""What basic_auth answers to whoever gives no credentials."""


def redirect(location: str, headers: Headers | None = None) -> Response:
    return Response(307, UVICORN | NO_BODY | {"location": location} | dict(headers or {}))


def last(response: Response) -> Response:
    """A response that says that the connection closes after it, as it then does."""
    return replace(response, headers=response.headers | {"connection": "close"}, closes=True)


def by_http_1_0(response: Response) -> Response:
    """The response to a request of HTTP/1.0: the connection closes, and not all say so."""
    close = by_parser(h11="close", httptools=since(CLOSE_ANNOUNCED, "close"))
    return replace(response, headers=response.headers | {"connection": close}, closes=True)


def in_each_phase(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value that differs between releases, changed alike on each side."""
    if isinstance(value, since):
        before = in_each_phase(value.before, change)
        return since(value.change, in_each_phase(value.now, change), before)
    return change(value)


def without_body(response: Any) -> Any:
    """The response to HEAD, in each phase: the head as with a body (RFC 9110 section 9.3.2).

    It may leave out Transfer-Encoding (RFC 9112 section 6.1), as uvicorn does with httptools.
    """

    def head(whole: Response) -> Response:
        headers = dict(whole.headers)
        if "transfer-encoding" in headers:
            framing = by_parser(h11=headers["transfer-encoding"], httptools=ABSENT)
            headers["transfer-encoding"] = framing
        return Response(whole.status, headers, reason=whole.reason)

    return in_each_phase(response, head)


def response_to(method: str, response: Any) -> Any:
    """What is left of a response where the method is HEAD, and else all of it."""
    return without_body(response) if method == "HEAD" else response


BAD_REQUEST = Response(
    400,
    by_parser(
        h11={"content-type": TEXT, "connection": "close"},
        httptools=content(b"Invalid HTTP request received.", TEXT, {"connection": "close"}),
    ),
    b"Invalid HTTP request received.",
    closes=True,
)
"""uvicorn's own response to what its parser refuses: no app sees the request."""


def start_lines(client: Client) -> Lines:
    """What the app logged when it started, the process id written PID."""
    lines = [re.sub(r"process \[\d+\]", "process [PID]", line) for line in client.log.lines()]
    return Lines(lines[:5], client.environment)


def documented_start(client: Client) -> list[str]:
    """Primer log lines."""
    return [
        "INFO TIME - Starting server...",
        "INFO:     Started server process [PID]",
        "INFO:     Waiting for application startup.",
        "INFO:     Application startup complete.",
        f"INFO:     Uvicorn running on http://127.0.0.1:{client.port} (Press CTRL+C to quit)",
    ]

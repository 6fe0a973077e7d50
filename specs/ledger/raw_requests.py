"""Requests of the edge suite, written out byte by byte, and the responses that most of them get."""

from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    H11_STOPS_AT_CLOSE,
    HTTPTOOLS_STOPS_AT_CLOSE,
    INVALID_ANSWERED,
)
from specs.ledger.responses import (
    BAD_REQUEST,
    GREETING,
    TEXT,
    by_http_1_0,
    last,
    not_allowed,
    not_found,
    raw_request,
)
from starlette_conformance.model.expectations import Response, by_parser, chunked, history, since

CHUNKED = b"Transfer-Encoding: chunked\r\n"
NEXT = raw_request()
LAST = raw_request(headers=b"Connection: close\r\n")
"""What follows another request, and what ends a connection."""

LIMIT = 16_384
"""Bytes of a head that h11 waits with for its end; httptools has no limit."""

GOODBYE = last(GREETING)
CLOSES = replace(GREETING, closes=True)
"""Greetings that leave the connection open, close it, and close it without a word."""

BY_HTTP_1_0 = by_http_1_0(GREETING)

NOT_ALLOWED = not_allowed()
NOT_FOUND = not_found()

NOTHING = Response(0, reason="", version="", ending="no response: closed by the server")
UNFRAMED = replace(
    BAD_REQUEST,
    headers=by_parser(
        h11={"content-type": TEXT, "connection": "close", "transfer-encoding": "chunked"},
        httptools=BAD_REQUEST.headers,
    ),
    body=by_parser(h11=chunked(BAD_REQUEST.body), httptools=BAD_REQUEST.body),
)
"""What the response to an invalid request is once h11 knows that the client speaks HTTP/1.1."""

REFUSED = since(INVALID_ANSWERED, BAD_REQUEST, before=NOTHING)
REFUSED_LATE = since(INVALID_ANSWERED, UNFRAMED, before=NOTHING)


def h11_takes(response: Any) -> Any:
    """What httptools refuses."""
    return by_parser(h11=response, httptools=REFUSED)


def httptools_takes(response: Any) -> Any:
    """What h11 refuses."""
    return by_parser(h11=REFUSED, httptools=response)


def then(response: Any, refused: Any = REFUSED_LATE) -> Any:
    """A response, and then the refusal of what follows; httptools refuses both where they come
    together.
    """
    after = since(INVALID_ANSWERED, [response, UNFRAMED], before=[replace(response, closes=True)])
    return by_parser(h11=after, httptools=[refused])


def before_more(response: Any, refused: Any = BAD_REQUEST) -> Any:
    """The response to a last request behind which more follows, that once took its place."""
    refusal = (INVALID_ANSWERED, refused)
    return by_parser(
        h11=history(NOTHING, refusal, (H11_STOPS_AT_CLOSE, response)),
        httptools=history(NOTHING, refusal, (HTTPTOOLS_STOPS_AT_CLOSE, response)),
    )

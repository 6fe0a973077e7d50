"""Every app: the order and the case of the header lines, which clients may show or sign."""

from dataclasses import replace
from typing import Any

import pytest

from specs.ledger.changes import (
    ALLOW_ON_405,
    CORS_VARIES_ALWAYS,
    EMPTY_BODY_HAS_LENGTH,
    FILES_ALLOW_ON_405,
    RANGES,
)
from specs.ledger.cors import ORIGIN, TO_ANY_ORIGIN
from specs.ledger.file_responses import WHOLE_PAGE
from specs.ledger.responses import (
    CHALLENGE,
    CORS,
    GREETING,
    content,
    not_allowed,
    not_found,
    redirect,
)
from specs.sse.test_sse import stream
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, since

OWN = ("date", "server")
FRAMED = ("content-length", "content-type")
VARY = since(CORS_VARIES_ALWAYS, "vary")
CHUNKS = by_parser(h11="Transfer-Encoding", httptools="transfer-encoding")
"""Capitals where h11 adds the header itself."""


def without_body(first: tuple[Any, ...], now: tuple[Any, ...]) -> Any:
    """The lines of a response that had no length once."""
    return since(EMPTY_BODY_HAS_LENGTH, (*OWN, *now), before=(*OWN, *first, CHUNKS))


@pytest.mark.source("primer hello", "RFC 9110 section 5.3")
def test_writes_hello_with_the_length_before_the_type(hello: Client) -> None:
    allow = since(ALLOW_ON_405, "allow")
    assert hello.get("/") == replace(GREETING, lines=(*OWN, *FRAMED))
    assert hello.get("/missing") == replace(not_found(), lines=(*OWN, *FRAMED))
    assert hello.post("/") == replace(not_allowed(), lines=(*OWN, allow, *FRAMED))


@pytest.mark.source("primer json_cors", "RFC 9110 section 5.3")
def test_writes_what_cors_adds_last(json_cors: Client) -> None:
    body = b'{"response":"Hello Vader !!!"}'
    plain = Response(200, content(body, "application/json", CORS), body)
    shared = replace(plain, headers=content(body, "application/json", TO_ANY_ORIGIN))
    allowed = "access-control-allow-origin"
    assert json_cors.get("/user/Vader") == replace(plain, lines=(*OWN, *FRAMED, VARY))
    assert json_cors.get("/user/Vader", ORIGIN) == replace(
        shared, lines=(*OWN, *FRAMED, allowed, VARY)
    )


@pytest.mark.source("primer json_cors", "RFC 9110 section 5.3")
def test_writes_the_location_after_the_length(json_cors: Client) -> None:
    location = f"http://{json_cors.authority}/user/Vader"
    lines = without_body(("location", VARY), ("content-length", "location", VARY))
    assert json_cors.get("/user/Vader/") == replace(redirect(location, CORS), lines=lines)


@pytest.mark.source("primer static_files", "RFC 9110 section 5.3")
def test_writes_the_type_of_a_file_first(static_files: Client) -> None:
    ranges = since(RANGES, "accept-ranges")
    file = ("content-type", ranges, "content-length", "last-modified", "etag")
    allow = since(FILES_ALLOW_ON_405, "allow")
    refused = not_allowed()
    refused = replace(
        refused, headers=refused.headers | {"allow": since(FILES_ALLOW_ON_405, "GET, HEAD")}
    )
    assert static_files.get("/") == replace(WHOLE_PAGE, lines=(*OWN, *file))
    assert static_files.post("/") == replace(refused, lines=(*OWN, allow, *FRAMED))


@pytest.mark.source("primer basic_auth", "RFC 9110 section 5.3")
def test_writes_the_challenge_before_the_length(basic_auth: Client) -> None:
    lines = without_body(("www-authenticate",), ("www-authenticate", "content-length"))
    assert basic_auth.get("/") == replace(CHALLENGE, lines=lines)


@pytest.mark.source("primer sse", "RFC 9110 section 5.3")
def test_writes_the_framing_of_a_stream_last(sse: Client) -> None:
    head = ("cache-control", "connection", "x-accel-buffering", "content-type")
    streaming = replace(stream(1), lines=(*OWN, *head, VARY, CHUNKS))
    assert sse.request("GET", "/stream", chunks=1) == streaming

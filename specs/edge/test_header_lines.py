"""hello: the order and the case of the header lines, which the server and its parser write."""

from dataclasses import replace

import pytest

from specs.ledger.changes import CLOSE_HEEDED, H11_WRITES_CAPITALS
from specs.ledger.raw_requests import GOODBYE, LAST
from specs.ledger.responses import GREETING, raw_request
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser, since

LINES = ("date", "server", "content-length", "content-type")
CLOSE = by_parser(
    h11=since(H11_WRITES_CAPITALS, "Connection", before="connection"), httptools="connection"
)


@pytest.mark.source("primer hello", "RFC 9110 section 5.3")
def test_writes_its_own_headers_first(hello: Client) -> None:
    assert hello.raw(raw_request()) == replace(GREETING, lines=LINES)


@pytest.mark.source("RFC 9110 section 5.3", "RFC 9112 section 9.6")
def test_writes_the_close_of_a_connection_last(hello: Client) -> None:
    closes = replace(GOODBYE, lines=(*LINES, CLOSE))
    heeded = since(CLOSE_HEEDED, closes, before=replace(GREETING, lines=LINES))
    assert hello.raw(LAST) == closes
    for wish in (b"Close", b"CLOSE"):
        request = raw_request(headers=b"Connection: %b\r\n" % wish)
        assert hello.raw(request) == by_parser(h11=closes, httptools=heeded)

"""static_files: a client that waits for leave to send a body (RFC 9110 section 10.1.1)."""

import pytest

from specs.ledger.changes import ETAG_QUOTED, RANGES
from specs.ledger.file_responses import (
    NOT_MODIFIED,
    QUOTED,
    WHOLE_PAGE,
    not_satisfiable,
    part,
    parts,
    told_to_go_on,
    with_fixed_boundary,
)
from specs.ledger.responses import not_found, without_body
from specs.static_files.test_404 import NOT_FOUND
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import since

PART = since(RANGES, part(0, 5), before=WHOLE_PAGE)
PARTS = since(RANGES, parts((0, 5), (10, 15)), before=WHOLE_PAGE)


def send(client: Client, line: bytes, headers: str = "") -> Exchange:
    framing = "Host: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
    return client.raw(b"%b\r\n%b\r\nhello" % (line, (framing + headers).encode()))


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize(
    ("headers", "response"),
    [("", WHOLE_PAGE), ("Range: bytes=0-4\r\n", PART), ("Range: bytes=0-4,10-14\r\n", PARTS)],
)
def test_lets_a_client_go_on_that_asks_for_a_file(
    static_files: Client, headers: str, response: object
) -> None:
    exchange = send(static_files, b"GET / HTTP/1.1", headers)
    assert with_fixed_boundary(exchange) == told_to_go_on(response)


@pytest.mark.source("RFC 9110 section 10.1.1")
def test_lets_a_client_go_on_that_asks_for_a_file_that_is_missing(static_files_404: Client) -> None:
    assert send(static_files_404, b"GET /missing HTTP/1.1") == told_to_go_on(NOT_FOUND)


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize(
    ("line", "headers", "expected"),
    [
        (b"HEAD / HTTP/1.1", "", without_body(WHOLE_PAGE)),
        (
            b"GET / HTTP/1.1",
            f"If-None-Match: {QUOTED}\r\n",
            since(ETAG_QUOTED, NOT_MODIFIED, before=WHOLE_PAGE),
        ),
        (
            b"HEAD / HTTP/1.1",
            "Range: bytes=433-\r\n",
            without_body(since(RANGES, not_satisfiable(), before=WHOLE_PAGE)),
        ),
        (b"GET /missing HTTP/1.1", "", not_found()),
    ],
)
def test_answers_at_once_where_no_file_is_sent(
    static_files: Client, line: bytes, headers: str, expected: object
) -> None:
    assert send(static_files, line, headers) == expected

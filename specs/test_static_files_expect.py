"""static_files: a client that waits for leave to send a body (RFC 9110 section 10.1.1)."""

from dataclasses import replace

import pytest

from harness.client import Client
from harness.expect import Response, since
from specs.answers import not_found, without_body
from specs.changes import ETAG_QUOTED, FILE_HEEDS_DISCONNECT
from specs.files import NOT_MODIFIED, QUOTED, WHOLE_PAGE

BODY = b"Content-Length: 5\r\nExpect: 100-continue\r\n"


def told_to_go_on(answer: Response) -> Response:
    return replace(answer, interim=since(FILE_HEEDS_DISCONNECT, (100,), before=()))


@pytest.mark.source("RFC 9110 section 10.1.1")
def test_lets_a_client_go_on_that_asks_for_a_file(static_files: Client) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\n%b\r\nhello" % BODY
    assert static_files.raw(request) == told_to_go_on(WHOLE_PAGE)


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize(
    ("line", "headers", "expected"),
    [
        (b"HEAD / HTTP/1.1", b"", without_body(WHOLE_PAGE)),
        (
            b"GET / HTTP/1.1",
            f"If-None-Match: {QUOTED}\r\n".encode(),
            since(ETAG_QUOTED, NOT_MODIFIED, before=WHOLE_PAGE),
        ),
        (b"GET /missing HTTP/1.1", b"", not_found()),
    ],
)
def test_answers_at_once_where_no_file_is_sent(
    static_files: Client, line: bytes, headers: bytes, expected: object
) -> None:
    request = b"%b\r\nHost: localhost\r\n%b%b\r\nhello" % (line, headers, BODY)
    assert static_files.raw(request) == expected

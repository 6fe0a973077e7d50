"""static_files: a client that waits for leave to send a body, on each release of the server."""

import pytest

from specs.ledger.file_responses import WHOLE_PAGE, told_to_go_on
from starlette_conformance.http.client import Client


@pytest.mark.source("RFC 9110 section 10.1.1")
def test_lets_a_client_go_on_that_asks_for_a_file(static_files: Client) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    assert static_files.raw(head + b"hello") == told_to_go_on(WHOLE_PAGE)

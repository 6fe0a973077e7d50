"""json_cors: a Host that is part of no URL, and an app that reads the request's URL."""

import pytest

from specs.ledger.changes import HOST_FAILS_NO_APP
from specs.ledger.file_responses import BROKEN
from specs.ledger.responses import CORS, text
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since


@pytest.mark.source("RFC 9112 section 3.2", "RFC 3986 section 3.2.2")
@pytest.mark.parametrize("host", ["[::1", "::1]", "[", "]"])
def test_answers_whatever_host_is_named(json_cors: Client, host: str) -> None:
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"
    greeting = text(b"Hello Starlette !!!", headers=CORS)
    assert json_cors.raw(request.encode()) == since(HOST_FAILS_NO_APP, greeting, before=BROKEN)

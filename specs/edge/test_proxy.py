"""json_cors: which schemes of a proxy on the same machine uvicorn believes."""

import pytest

from specs.ledger.changes import FORWARDED_SCHEME_CHECKED
from specs.ledger.responses import CORS, redirect
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize(
    ("value", "before"),
    [
        (b"ftp", "ftp://"),
        (b"HTTPS", "HTTPS://"),
        (b"https, http", "https,%20http://"),
        (b"", "//"),
    ],
)
def test_takes_no_scheme_but_those_of_http_and_websocket(
    json_cors: Client, value: bytes, before: str
) -> None:
    head = b"GET /user/Vader/ HTTP/1.1\r\nHost: example.org\r\nX-Forwarded-Proto: %b\r\n\r\n"
    assert json_cors.raw(head % value) == since(
        FORWARDED_SCHEME_CHECKED,
        redirect("http://example.org/user/Vader", CORS),
        before=redirect(f"{before}example.org/user/Vader", CORS),
    )

"""json_cors: what a proxy on the same machine says of the client, which uvicorn believes."""

import pytest

from specs.ledger.responses import (
    BAD_REQUEST,
    CORS,
    EMPTY_BY_HTTP_1_0,
    by_http_1_0,
    redirect,
    until_it_closes,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser


def raw_request(headers: bytes) -> bytes:
    return b"GET /user/Vader/ HTTP/1.1\r\nHost: example.org\r\n%b\r\n" % headers


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        (b"wss", "wss"),
        (b"ws", "ws"),
        (b"HTTPS", "http"),
        (b"https, http", "http"),
        (b"", "http"),
    ],
)
def test_redirects_to_the_scheme_that_the_proxy_names(
    json_cors: Client, value: bytes, scheme: str
) -> None:
    expected = redirect(f"{scheme}://example.org/user/Vader", CORS)
    assert json_cors.raw(raw_request(b"X-Forwarded-Proto:%b\r\n" % value)) == expected


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.3")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_redirects_to_its_own_address_for_want_of_a_host(json_cors: Client, scheme: str) -> None:
    head = f"GET /user/Vader/ HTTP/1.0\r\nX-Forwarded-Proto: {scheme}\r\n\r\n"
    location = f"{scheme}://{json_cors.itself}/user/Vader"
    expected = by_http_1_0(redirect(location, CORS | EMPTY_BY_HTTP_1_0))
    assert until_it_closes(json_cors, head.encode()) == expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize(
    ("value", "client"),
    [
        (b"192.0.2.1", "192.0.2.1:0"),
        (b"192.0.2.1, 192.0.2.2", "192.0.2.2:0"),
        (b"192.0.2.1,127.0.0.1", "192.0.2.1:0"),
        (b"2001:db8::1", "2001:db8::1:0"),
        (b"unknown", "unknown:0"),
    ],
)
def test_logs_the_client_that_the_proxy_names(json_cors: Client, value: bytes, client: str) -> None:
    expected = redirect("http://example.org/user/Vader", CORS)
    with json_cors.logged() as lines:
        assert json_cors.raw(raw_request(b"X-Forwarded-For: %b\r\n" % value)) == expected
    assert lines == [f'INFO:     {client} - "GET /user/Vader/ HTTP/1.1" 307 Temporary Redirect']


@pytest.mark.source("uvicorn docs settings", "CVE-2020-7694")
def test_logs_an_escape_sequence_that_its_parser_lets_through(json_cors: Client) -> None:
    redirected = redirect("http://example.org/user/Vader", CORS)
    with json_cors.logged() as lines:
        exchange = json_cors.raw(raw_request(b"X-Forwarded-For: \x1b[31m\r\n"))
    assert exchange == by_parser(h11=redirected, httptools=BAD_REQUEST)
    shown = 'INFO:     \x1b[31m:0 - "GET /user/Vader/ HTTP/1.1" 307 Temporary Redirect'
    refused = "WARNING:  Invalid HTTP request received."
    assert lines == [by_parser(h11=shown, httptools=refused)]

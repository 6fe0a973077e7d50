"""json_cors: what a proxy on the same machine says of the client, which uvicorn believes."""

from collections.abc import Sequence
from typing import Any

import pytest

from specs.edge.logs import accessed
from specs.ledger.changes import (
    FORWARDED_CLIENT_USABLE,
    FORWARDED_LINES_JOINED,
    FORWARDED_PORT_KEPT,
    FORWARDED_SCHEME_CHECKED,
    FORWARDED_TWICE_IGNORED,
)
from specs.ledger.raw_requests import REFUSED
from specs.ledger.responses import (
    CORS,
    EMPTY_BY_HTTP_1_0,
    by_http_1_0,
    in_each_phase,
    redirect,
    until_it_closes,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, by_parser, since
from starlette_conformance.model.log_lines import Lines

REQUEST = "GET /user/Vader/ HTTP/1.1"
REDIRECTED = "307 Temporary Redirect"


def forwarded(*headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET /user/Vader/ HTTP/1.1\r\nHost: example.org\r\n%b\r\n" % lines


def to(scheme: Any) -> Any:
    """A redirect to a scheme, in each phase."""
    return in_each_phase(scheme, lambda one: redirect(f"{one}example.org/user/Vader", CORS))


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
    scheme = since(FORWARDED_SCHEME_CHECKED, "http://", before=before)
    assert json_cors.raw(forwarded(b"X-Forwarded-Proto: " + value)) == to(scheme)


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_redirects_to_the_scheme_that_the_proxy_names(json_cors: Client, scheme: str) -> None:
    assert json_cors.raw(forwarded(b"X-Forwarded-Proto:" + scheme.encode())) == to(f"{scheme}://")


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("first", [b"http", b"https", b"ftp"])
@pytest.mark.parametrize("scheme", ["http", "https", "wss"])
def test_takes_the_last_of_several_schemes(json_cors: Client, first: bytes, scheme: str) -> None:
    request = forwarded(b"X-Forwarded-Proto: " + first, b"X-Forwarded-Proto: " + scheme.encode())
    expected = since(FORWARDED_TWICE_IGNORED, "http://", before=f"{scheme}://")
    assert json_cors.raw(request) == to(expected)


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.3")
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_redirects_to_its_own_address_for_want_of_a_host(json_cors: Client, scheme: str) -> None:
    head = f"GET /user/Vader/ HTTP/1.0\r\nX-Forwarded-Proto: {scheme}\r\n\r\n"
    location = f"{scheme}://{json_cors.itself}/user/Vader"
    expected = by_http_1_0(redirect(location, CORS | EMPTY_BY_HTTP_1_0))
    assert until_it_closes(json_cors, head.encode()) == expected


PEER = "the peer"


def usable(now: str, before: str) -> Any:
    return since(FORWARDED_CLIENT_USABLE, now, before=before)


def kept(now: str, before: str) -> Any:
    return since(FORWARDED_PORT_KEPT, now, before=before)


def joined(now: str, before: Any) -> Any:
    """Of several lines: all count, one of them, and none in between."""
    ignored = since(FORWARDED_TWICE_IGNORED, PEER, before=before)
    return since(FORWARDED_LINES_JOINED, now, before=ignored)


CLIENTS: dict[tuple[bytes, ...], Any] = {
    (b"192.0.2.1",): "192.0.2.1:0",
    (b"192.0.2.1, 192.0.2.2",): "192.0.2.2:0",
    (b"192.0.2.1,127.0.0.1",): "192.0.2.1:0",
    (b"2001:db8::1",): "2001:db8::1:0",
    (b"unknown",): "unknown:0",
    (b"",): usable(PEER, ":0"),
    (b"127.0.0.1",): usable("127.0.0.1:0", "None:0"),
    (b"127.0.0.1, 127.0.0.1",): usable("127.0.0.1:0", "None:0"),
    (b"192.0.2.1:4711",): kept("192.0.2.1:4711", "192.0.2.1:4711:0"),
    (b"192.0.2.1, 127.0.0.1:4711",): kept("192.0.2.1:0", "127.0.0.1:4711:0"),
    (b"[2001:db8::1]:443",): kept("2001:db8::1:443", "[2001:db8::1]:443:0"),
    (b"192.0.2.1:https",): "192.0.2.1:https:0",
    (b"192.0.2.1", b"192.0.2.2"): joined("192.0.2.2:0", "192.0.2.2:0"),
    (b"192.0.2.1", b"127.0.0.1"): joined("192.0.2.1:0", usable("127.0.0.1:0", "None:0")),
}
"""X-Forwarded-For, line by line, and the client that the app is told of."""


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("lines", CLIENTS, ids=lambda lines: b" | ".join(lines).decode())
def test_logs_the_client_that_the_proxy_names(json_cors: Client, lines: Sequence[bytes]) -> None:
    with json_cors.logged() as logged:
        exchange = json_cors.raw(forwarded(*(b"X-Forwarded-For: " + line for line in lines)))
    assert exchange == to("http://")
    peer = f"127.0.0.1:{exchange.client_port}"
    client = in_each_phase(CLIENTS[tuple(lines)], lambda one: one.replace(PEER, peer))
    assert logged == [accessed(client, REQUEST, REDIRECTED)]


@pytest.mark.source("uvicorn docs settings", "CVE-2020-7694")
def test_logs_an_escape_sequence_that_its_parser_lets_through(json_cors: Client) -> None:
    with json_cors.logged() as lines:
        exchange = json_cors.raw(forwarded(b"X-Forwarded-For: \x1b[31m"))
    assert exchange == by_parser(h11=to("http://"), httptools=REFUSED)
    shown = by_parser(h11=accessed("\x1b[31m:0", REQUEST, REDIRECTED), httptools=ABSENT)
    escaping = [line for line in lines if "\x1b" in line and REQUEST in line]
    assert Lines(escaping, json_cors.environment) == [shown]

"""hello: methods, targets, versions and bodies that few clients send, at its one route."""

import pytest

from specs.ledger.handshakes import CLOSED, has_library, unless_taken
from specs.ledger.responses import (
    BAD_REQUEST,
    GREETING,
    TEXT,
    WEBSOCKET,
    last,
    not_allowed,
    not_found,
    raw_request,
    redirect,
    without_body,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, chunked

FRAMINGS = {
    "length": (b"Content-Length: 3\r\n", b"abc"),
    "chunked": (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
    "chunk extension": (b"Transfer-Encoding: chunked\r\n", b"3;a=b\r\nabc\r\n0\r\n\r\n"),
    "trailer": (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
    "expect": (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b"abc"),
    "expect, body withheld": (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b""),
    "expect, no body": (b"Expect: 100-continue\r\n", b""),
    "unknown expectation": (b"Expect: magic\r\n", b""),
}

NO_WEBSOCKETS = (
    "WARNING:  No supported WebSocket library detected. Please use "
    "\"pip install 'uvicorn[standard]'\", or install 'websockets' or 'wsproto' manually."
)
LONG_QUERY = b"/?" + b"a" * 16_000
LONG_PATH = b"/" + b"a" * 15_000
"""What is longer than 16 KiB, h11 refuses or not, by whether it comes in one piece."""

H11_GREETS = by_parser(h11=GREETING, httptools=BAD_REQUEST)
H11_REFUSES = by_parser(h11=BAD_REQUEST, httptools=GREETING)
H11_FINDS_NOTHING = by_parser(h11=not_found(), httptools=BAD_REQUEST)


def getting(target: bytes) -> bytes:
    return raw_request(b"GET " + target + b" HTTP/1.1")


ODD_TARGETS = {
    b"http://example.org/": by_parser(h11=not_found(), httptools=GREETING),
    b"http://other.example/?name=Vader": by_parser(h11=not_found(), httptools=GREETING),
    b"http://example.org": H11_FINDS_NOTHING,
    b"http://example.org/missing": not_found(),
    b"/#f": by_parser(h11=not_found(), httptools=GREETING),
    b"#f": H11_FINDS_NOTHING,
    b"?": by_parser(h11=redirect("http://example.org/"), httptools=BAD_REQUEST),
    b"?a=1": by_parser(h11=redirect("http://example.org/?a=1"), httptools=BAD_REQUEST),
    b"%2F": H11_GREETS,
    b"%2f?name=Vader": H11_GREETS,
    b"%3F": H11_FINDS_NOTHING,
    b"index": H11_FINDS_NOTHING,
    b"index/": H11_FINDS_NOTHING,
    b"/ ": H11_REFUSES,
    b" /": H11_REFUSES,
}
ODD_LENGTHS = {
    b"Content-Length: -1\r\n": BAD_REQUEST,
    b"Content-Length: +3\r\n": BAD_REQUEST,
    b"Content-Length: 3\r\nContent-Length: 4\r\n": BAD_REQUEST,
    b"Content-Length: 3\r\nContent-Length: 3\r\n": H11_GREETS,
    b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n": H11_GREETS,
    b"Transfer-Encoding: gzip\r\n": BAD_REQUEST,
}


@pytest.mark.source("RFC 9110 section 15.5.6", "RFC 9110 section 9.3")
@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PROPFIND", b"QUERY"])
def test_has_no_further_method(hello: Client, method: bytes) -> None:
    assert hello.raw(raw_request(method + b" / HTTP/1.1")) == not_allowed()
    assert hello.raw(raw_request(method + b" /missing HTTP/1.1")) == not_found()


@pytest.mark.source("RFC 9110 section 9.1", "RFC 9110 section 15.6.2")
@pytest.mark.parametrize("method", [b"BREW", b"get", b"Get", b"PRI"])
def test_knows_as_many_methods_as_its_parser(hello: Client, method: bytes) -> None:
    at_route = by_parser(h11=not_allowed(), httptools=BAD_REQUEST)
    assert hello.raw(raw_request(method + b" / HTTP/1.1")) == at_route
    assert hello.raw(raw_request(method + b" /missing HTTP/1.1")) == H11_FINDS_NOTHING


@pytest.mark.source("RFC 9112 section 3.2.3")
def test_is_no_proxy(hello: Client) -> None:
    assert hello.raw(raw_request(b"CONNECT example.org:80 HTTP/1.1")) == H11_FINDS_NOTHING


@pytest.mark.source("RFC 9112 section 3.2.4")
@pytest.mark.parametrize("method", [b"OPTIONS", b"GET"])
def test_has_nothing_to_say_about_itself(hello: Client, method: bytes) -> None:
    assert hello.raw(raw_request(method + b" * HTTP/1.1")) == not_found()


@pytest.mark.source("RFC 3986 section 3.4")
@pytest.mark.parametrize(
    "target",
    [b"/?%", b"/?a=%00", b"/?a#f", b"/?a=%C3%A9", LONG_QUERY],
)
def test_greets_whatever_the_query(hello: Client, target: bytes) -> None:
    assert hello.raw(getting(target)) == GREETING


@pytest.mark.source("RFC 9112 section 3")
def test_finds_nothing_at_a_long_path(hello: Client) -> None:
    assert hello.raw(getting(LONG_PATH)) == not_found()


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize("target", [b"/%0A", b"/%0a?name=Vader"])
def test_overlooks_a_line_feed_at_the_end(hello: Client, target: bytes) -> None:
    assert hello.raw(getting(target)) == GREETING


@pytest.mark.source("starlette docs routing")
def test_redirects_to_a_line_feed(hello: Client) -> None:
    assert hello.raw(getting(b"/%0A/")) == redirect("http://example.org/%0A")


@pytest.mark.source("RFC 9110 section 15.5.5", "RFC 3986 section 6.2.2.3")
@pytest.mark.parametrize(
    "target",
    [b"///", b"/.", b"/..", b"/./", b"/;a", b"/%", b"/%zz", b"/%00", b"/%2E", b"/%0D"],
)
def test_normalises_no_path(hello: Client, target: bytes) -> None:
    assert hello.raw(getting(target)) == not_found()


@pytest.mark.source("RFC 9112 section 3", "RFC 9112 section 3.2")
@pytest.mark.parametrize("target", [b"", b"/\xc3\xa9", b"/\x7f", b"/?\xff", b"/?\x7f", b"/?a b"])
def test_refuses_a_malformed_target(hello: Client, target: bytes) -> None:
    assert hello.raw(getting(target)) == BAD_REQUEST


@pytest.mark.source("RFC 9112 section 3.2.1", "RFC 9112 section 3.2.2")
@pytest.mark.parametrize("target", ODD_TARGETS)
def test_reads_an_odd_target_as_its_parser_does(hello: Client, target: bytes) -> None:
    assert hello.raw(getting(target)) == ODD_TARGETS[target]


@pytest.mark.source("RFC 9112 section 9.6")
def test_closes_when_asked_to(hello: Client) -> None:
    expected = last(GREETING)
    assert hello.raw(raw_request(b"GET / HTTP/1.1", b"Connection: close\r\n")) == expected


@pytest.mark.source("RFC 9112 section 3.2")
@pytest.mark.parametrize("headers", [b"", b"Host: a\r\nHost: a\r\n", b"Host: a\r\nHost: b\r\n"])
def test_leaves_host_to_its_parser(hello: Client, headers: bytes) -> None:
    assert hello.raw(b"GET / HTTP/1.1\r\n" + headers + b"\r\n") == H11_REFUSES


@pytest.mark.source("RFC 9110 section 7.8", "RFC 6455 section 4.2.1")
@pytest.mark.parametrize(
    "headers",
    [
        WEBSOCKET,
        b"Upgrade: websocket\r\n",
        b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
        b"Upgrade: TLS/1.0\r\nConnection: Upgrade\r\n",
    ],
    ids=["websocket", "no Connection", "h2c", "TLS"],
)
def test_upgrades_to_nothing(hello: Client, headers: bytes) -> None:
    read = headers == WEBSOCKET and has_library(hello.environment)
    for line, response in (
        (b"GET / HTTP/1.1", GREETING),
        (b"GET /missing HTTP/1.1", not_found()),
    ):
        expected = unless_taken(response, CLOSED) if read else response
        assert hello.raw(raw_request(line, headers), responses=1 + read) == expected  # it closes
    if not read:
        assert hello.raw(raw_request(b"POST / HTTP/1.1", headers)) == not_allowed()


@pytest.mark.source("uvicorn docs installation")
def test_logs_that_it_has_no_websockets(hello: Client) -> None:
    with hello.logged() as lines:
        exchange = hello.raw(raw_request(b"GET / HTTP/1.1", WEBSOCKET))
    if has_library(hello.environment):
        assert "Unsupported upgrade request." not in "".join(lines)
    else:
        assert lines == [
            "WARNING:  Unsupported upgrade request.",
            NO_WEBSOCKETS,
            "INFO TIME - Received request: GET",
            f'INFO:     127.0.0.1:{exchange.client_port} - "GET / HTTP/1.1" 200 OK',
        ]


@pytest.mark.source("RFC 9110 section 9.3.1", "RFC 9110 section 10.1.1", "RFC 9112 section 7.1")
@pytest.mark.parametrize("framing", FRAMINGS)
def test_ignores_a_body(hello: Client, framing: str) -> None:
    headers, body = FRAMINGS[framing]
    assert hello.raw(raw_request(b"GET / HTTP/1.1", headers, body)) == GREETING
    assert hello.raw(raw_request(b"HEAD / HTTP/1.1", headers, body)) == without_body(GREETING)
    assert hello.raw(raw_request(b"POST / HTTP/1.1", headers, body)) == not_allowed()
    assert hello.raw(raw_request(b"PUT /missing HTTP/1.1", headers, body)) == not_found()


@pytest.mark.source("RFC 9112 section 6.3")
@pytest.mark.parametrize("headers", ODD_LENGTHS)
def test_judges_the_length_of_a_body_as_its_parser_does(hello: Client, headers: bytes) -> None:
    body = b"3\r\nabc\r\n0\r\n\r\n" if b"chunked" in headers else b"abc"
    assert hello.raw(raw_request(b"GET / HTTP/1.1", headers, body)) == ODD_LENGTHS[headers]


@pytest.mark.source("RFC 9112 section 7.1")
def test_refuses_a_malformed_chunk(hello: Client) -> None:
    headers = {"content-type": TEXT, "connection": "close", "transfer-encoding": "chunked"}
    in_a_chunk = Response(400, headers, chunked(BAD_REQUEST.body), closes=True)
    request = raw_request(b"POST / HTTP/1.1", b"Transfer-Encoding: chunked\r\n", b"zz\r\nabc\r\n")
    assert hello.raw(request) == by_parser(h11=in_a_chunk, httptools=BAD_REQUEST)

"""json_cors: the Host of a request, which a redirect repeats."""

from typing import Any

import pytest

from specs.ledger.changes import (
    FORWARDED_SCHEME_CHECKED,
    HOST_CHECKED,
    HOST_GRAMMAR,
    REDIRECT_BLANK_ESCAPED,
)
from specs.ledger.responses import BAD_REQUEST, CORS, in_each_phase, redirect
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, history, since

PLAIN = [
    "example.org",
    "Example.ORG",
    "example.org.",
    "xn--bcher-kva.example",
    "127.0.0.1",
    "127.1",
    "a..b",
    "-a",
    "a:80",
    "a:443",
    "a:0",
    "a:00080",
    "a:65535",
    "[::1]",
    "[::1]:8000",
    "[::ffff:1.2.3.4]",
]
UNUSUAL = [
    "my_app",
    "my_app:8000",
    "a%2Fb",
    "a%",
    "a,b",
    "a;b=c",
    "a!$&'(b)*+",
    "a~b",
    "*",
    "[v1.a]",
]
OUT_OF_BOUNDS = ["a:65536", "a:99999", "[::1]:65536", "[1:2]", "[::1.2.3]"]
MALFORMED = {
    b"": "",
    b"user@a": "user@a",
    b"user:secret@a": "user:secret@a",
    b"a@": "a@",
    b"a/b": "a/b",
    b"a/b?c=": "a/b?c=",
    b"a?b": "a?b",
    b"a#b": "a#b",
    b"//a": "//a",
    b"http://a": "http://a",
    b"a\\b": "a%5Cb",
    b"a:": "a:",
    b"a:x": "a:x",
    b"a:-1": "a:-1",
    b":80": ":80",
    b"a:80:80": "a:80:80",
    b"::1": "::1",
    b"[::1": "[::1",
    b"[]": "[]",
    b"[zz::]": "[zz::]",
    b"[::1%25eth0]": "[::1%25eth0]",
    b"a[b": "a[b",
    b"<a>": "%3Ca%3E",
    b'"a"': "%22a%22",
    b"a|b": "a%7Cb",
    b"a\tb": "a%09b",
    b"\xc3\xa9": "%C3%83%C2%A9",
    b"\xff": "%C3%BF",
}
"""What stood in Location before Host was checked, by what stood in Host."""


def raw_request(host: bytes, headers: bytes = b"") -> bytes:
    return b"GET /user/Vader/?a=1 HTTP/1.1\r\nHost: %b\r\n%b\r\n" % (host, headers)


def at(authority: str, scheme: str = "http") -> Response:
    return redirect(f"{scheme}://{authority}/user/Vader?a=1", CORS)


def at_itself(client: Client) -> Response:
    return at(client.itself)


@pytest.mark.source("RFC 9112 section 3.2", "RFC 3986 section 3.2")
@pytest.mark.parametrize("host", PLAIN)
def test_redirects_to_the_host_that_was_asked(json_cors: Client, host: str) -> None:
    assert json_cors.raw(raw_request(host.encode())) == at(host)


@pytest.mark.source("RFC 3986 section 3.2.2")
@pytest.mark.parametrize("host", UNUSUAL)
def test_redirects_to_a_host_of_unusual_characters(json_cors: Client, host: str) -> None:
    itself = at_itself(json_cors)
    expected = history(at(host), (HOST_CHECKED, itself), (HOST_GRAMMAR, at(host)))
    assert json_cors.raw(raw_request(host.encode())) == expected


@pytest.mark.source("RFC 3986 section 3.2.2", "RFC 3986 section 3.2.3")
@pytest.mark.parametrize("host", OUT_OF_BOUNDS)
def test_redirects_to_no_address_and_port_that_cannot_be(json_cors: Client, host: str) -> None:
    expected = since(HOST_GRAMMAR, at_itself(json_cors), before=at(host))
    assert json_cors.raw(raw_request(host.encode())) == expected


@pytest.mark.source("RFC 9112 section 3.2", "RFC 9110 section 4.2.4")
@pytest.mark.parametrize("host", MALFORMED)
def test_repeats_no_malformed_host(json_cors: Client, host: bytes) -> None:
    expected = since(HOST_CHECKED, at_itself(json_cors), before=at(MALFORMED[host]))
    assert json_cors.raw(raw_request(host)) == expected


@pytest.mark.source("RFC 9112 section 3.2")
def test_repeats_no_host_with_a_blank(json_cors: Client) -> None:
    expected = history(
        at("a+b"), (REDIRECT_BLANK_ESCAPED, at("a%20b")), (HOST_CHECKED, at_itself(json_cors))
    )
    assert json_cors.raw(raw_request(b"a b")) == expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize(
    ("headers", "scheme"),
    [
        (b"X-Forwarded-Proto: https\r\n", "https"),
        (b"X-Forwarded-Proto: ftp\r\n", since(FORWARDED_SCHEME_CHECKED, "http", before="ftp")),
        (b"X-Forwarded-Host: b\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /b\r\n", "http"),
        (b"Forwarded: host=b;proto=https\r\n", "http"),
    ],
)
def test_believes_a_proxy_about_the_scheme_only(
    json_cors: Client, headers: bytes, scheme: Any
) -> None:
    expected = in_each_phase(scheme, lambda one: at("example.org", one))
    assert json_cors.raw(raw_request(b"example.org", headers)) == expected


@pytest.mark.source("RFC 9110 section 5.3")
def test_finds_the_host_behind_other_headers(json_cors: Client) -> None:
    request = raw_request(b"a").replace(b"Host: a\r\n", b"Accept: */*\r\nX-Host: b\r\nHost: a\r\n")
    assert json_cors.raw(request) == at("a")


@pytest.mark.source("RFC 9110 section 4.2.3")
def test_strips_nothing_but_the_slash(json_cors: Client) -> None:
    location = f"http://{json_cors.authority}/user/MAX"
    assert json_cors.get("/user/MAX/") == redirect(location, CORS)


@pytest.mark.source("RFC 9112 section 3.2")
def test_needs_a_host_where_its_parser_does(json_cors: Client) -> None:
    request = raw_request(b"a").replace(b"Host: a\r\n", b"")
    without = by_parser(h11=BAD_REQUEST, httptools=at_itself(json_cors))
    first = by_parser(h11=BAD_REQUEST, httptools=at("a"))
    assert json_cors.raw(request) == without
    assert json_cors.raw(raw_request(b"a", b"Host: b\r\n")) == first

"""json_cors: where it redirects to, whatever the path, the query and the Host."""

import pytest

from specs.ledger.changes import PATH_DELIMITERS_ESCAPED, REDIRECT_BLANK_ESCAPED
from specs.ledger.cors import TO_ANY_ORIGIN
from specs.ledger.handshakes import CLOSED, has_library, unless_taken
from specs.ledger.responses import (
    BAD_REQUEST,
    CORS,
    WEBSOCKET,
    content,
    not_allowed,
    not_found,
    redirect,
    response_to,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, since

GREETING = Response(
    200,
    content(b'{"response":"Hello Vader !!!"}', "application/json", CORS),
    b'{"response":"Hello Vader !!!"}',
)


def raw_request(
    target: bytes, headers: bytes = b"", method: bytes = b"GET", host: bytes = b"example.org"
) -> bytes:
    request_line = b"%b %b HTTP/1.1\r\n" % (method, target)
    return request_line + b"Host: %b\r\n%b\r\n" % (host, headers)


def to(name: str) -> Response:
    return redirect(f"http://example.org/user/{name}", CORS)


TO_VADER = to("Vader")


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PROPFIND", b"QUERY"])
@pytest.mark.parametrize("target", [b"/", b"/user/Vader"])
def test_has_no_further_method(json_cors: Client, method: bytes, target: bytes) -> None:
    assert json_cors.raw(raw_request(target, method=method)) == not_allowed(CORS)


@pytest.mark.source("RFC 9110 section 9.1")
@pytest.mark.parametrize("method", [b"BREW", b"get", b"PRI"])
def test_knows_as_many_methods_as_its_parser(json_cors: Client, method: bytes) -> None:
    at_route = by_parser(h11=not_allowed(CORS), httptools=BAD_REQUEST)
    redirected = by_parser(h11=TO_VADER, httptools=BAD_REQUEST)
    assert json_cors.raw(raw_request(b"/user/Vader", method=method)) == at_route
    assert json_cors.raw(raw_request(b"/user/Vader/", method=method)) == redirected


@pytest.mark.source("starlette docs routing", "RFC 9110 section 15.4.8")
@pytest.mark.parametrize(
    "method", [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE"]
)
def test_redirects_whatever_the_method(json_cors: Client, method: bytes) -> None:
    expected = response_to(method.decode(), TO_VADER)
    assert json_cors.raw(raw_request(b"/user/Vader/", method=method)) == expected


@pytest.mark.source("starlette docs routing", "RFC 9110 section 10.1.1")
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Length: 3\r\n", b"abc"),
        (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
        (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b"abc"),
        (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b""),
    ],
    ids=["length", "chunked", "expect", "expect, body withheld"],
)
def test_redirects_and_refuses_without_the_body(
    json_cors: Client, headers: bytes, body: bytes
) -> None:
    redirected = json_cors.raw(raw_request(b"/user/Vader/", headers, b"POST") + body)
    refused = json_cors.raw(raw_request(b"/user/Vader", headers, b"POST") + body)
    greeted = json_cors.raw(raw_request(b"/user/Vader", headers) + body)
    assert [redirected, refused, greeted] == [TO_VADER, not_allowed(CORS), GREETING]


@pytest.mark.source("RFC 9110 section 7.8", "RFC 6455 section 4.2.1")
def test_takes_a_websocket_for_a_get(json_cors: Client) -> None:
    read = has_library(json_cors.environment)
    for target, response in ((b"/user/Vader", GREETING), (b"/user/Vader/", TO_VADER)):
        exchange = json_cors.raw(raw_request(target, WEBSOCKET), responses=1 + read)  # it closes
        assert exchange == unless_taken(response, CLOSED)


@pytest.mark.source("RFC 3986 section 6.2.2")
def test_takes_a_path_as_it_is_written(json_cors: Client) -> None:
    assert json_cors.raw(raw_request(b"/USER/Vader")) == not_found(CORS)
    ligature = '{"response":"Hello \N{LATIN SMALL LIGATURE FI} !!!"}'.encode()
    greeting = Response(200, content(ligature, "application/json", CORS), ligature)
    assert json_cors.raw(raw_request(b"/user/%EF%AC%81")) == greeting


@pytest.mark.source("Fetch #http-cors-protocol")
def test_redirects_every_origin(json_cors: Client) -> None:
    expected = redirect("http://example.org/user/Vader", TO_ANY_ORIGIN)
    assert json_cors.raw(raw_request(b"/user/Vader/", b"Origin: https://a.example\r\n")) == expected


@pytest.mark.source("starlette docs routing", "RFC 9110 section 10.2.2")
@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("a%20b", since(REDIRECT_BLANK_ESCAPED, to("a%20b"), before=to("a+b"))),
        ("a%0A%20b", since(REDIRECT_BLANK_ESCAPED, to("a%0A%20b"), before=to("a%0A+b"))),
        ("a%3Fb", since(PATH_DELIMITERS_ESCAPED, to("a%3Fb"), before=to("a?b"))),
        ("a%23b", since(PATH_DELIMITERS_ESCAPED, to("a%23b"), before=to("a#b"))),
        ("a%5Cb", to("a%5Cb")),
        ("a+b", to("a+b")),
        ("a%2Bb", to("a+b")),
        ("%25", to("%")),
        ("%252F", to("%2F")),
        ("%C3%A9", to("%C3%A9")),
        ("%e2%82%ac", to("%E2%82%AC")),
        ("%F0%9F%90%8D", to("%F0%9F%90%8D")),
        ("%FF", to("%EF%BF%BD")),
        ("a%00", to("a%00")),
        ("a%09", to("a%09")),
        ("a%0D%0AX:b", to("a%0D%0AX:b")),
        ("%22%3C%3E", to("%22%3C%3E")),
        ("a%7Cb%5E%60%7B%7D", to("a%7Cb%5E%60%7B%7D")),
        ("[a]", to("[a]")),
        ("%5Ba%5D", to("[a]")),
        ("a:@!$&'()*+,;=~b", to("a:@!$&'()*+,;=~b")),
        (".", to(".")),
        ("..", to("..")),
    ],
)
def test_redirects_to_the_path_escaped_anew(
    json_cors: Client, segment: str, expected: object
) -> None:
    assert json_cors.raw(raw_request(f"/user/{segment}/".encode())) == expected


@pytest.mark.source("starlette docs routing", "RFC 3986 section 3.4")
@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("?", ""),
        ("?a=%20+b", "?a=%20+b"),
        ("?a=%2B+%2b", "?a=%2B+%2b"),
        ("?a=%22", "?a=%22"),
        ('?a="', "?a=%22"),
        ("?a=|", "?a=%7C"),
        ("?%C3%A9", "?%C3%A9"),
        ("?%FF", "?%FF"),
        ("?%", "?%"),
        ("?a=1?b=/", "?a=1?b=/"),
        ("?a=//example.com", "?a=//example.com"),
        ("?a%0D%0AX:b", "?a%0D%0AX:b"),
    ],
)
def test_redirects_with_the_query_as_it_came(json_cors: Client, query: str, kept: str) -> None:
    assert json_cors.raw(raw_request(f"/user/Vader/{query}".encode())) == to(f"Vader{kept}")


@pytest.mark.source("RFC 9112 section 3.2.1", "RFC 3986 section 3.5")
def test_reads_a_fragment_as_its_parser_does(json_cors: Client) -> None:
    in_query = by_parser(h11=to("Vader?a#f"), httptools=to("Vader?a"))
    in_path = by_parser(h11=not_found(CORS), httptools=TO_VADER)
    assert json_cors.raw(raw_request(b"/user/Vader/?a#f")) == in_query
    assert json_cors.raw(raw_request(b"/user/Vader/#f")) == in_path


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize("slashes", [b"//", b"///", b"%2F", b"%2f", b"/%2F", b"%2F/", b"%2F%2F"])
def test_strips_every_trailing_slash(json_cors: Client, slashes: bytes) -> None:
    assert json_cors.raw(raw_request(b"/user/Vader" + slashes)) == TO_VADER


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize(
    "target",
    [
        b"//user/Vader",
        b"//user/Vader/",
        b"/user//Vader",
        b"/user//Vader/",
        b"/user/a%2Fb/",
        b"/user/Vader/%0A",
        b"/user/Vader/.",
        b"//example.com/",
        b"/%2Fexample.com/",
    ],
)
def test_redirects_only_where_it_would_answer(json_cors: Client, target: bytes) -> None:
    assert json_cors.raw(raw_request(target)) == not_found(CORS)


@pytest.mark.source("RFC 9112 section 3.2.2")
def test_reads_a_whole_address_as_its_parser_does(json_cors: Client) -> None:
    greeted = by_parser(h11=not_found(CORS), httptools=GREETING)
    redirected = by_parser(h11=not_found(CORS), httptools=TO_VADER)
    assert json_cors.raw(raw_request(b"http://other.example/user/Vader")) == greeted
    assert json_cors.raw(raw_request(b"http://other.example/user/Vader/")) == redirected

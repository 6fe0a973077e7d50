"""hello: request lines that few clients send, and what h11 and httptools make of them."""

from dataclasses import replace

import pytest

from specs.ledger.changes import (
    BINARY_REFUSED_EARLY,
    CLOSE_HEEDED,
    HEADS_STRICT,
    INVALID_ANSWERED,
    LF_ENDS_LINES,
    LONG_TARGETS_REFUSED,
    QUERY_KNOWN,
    TARGETS_CHECKED,
    UPGRADES_IGNORED,
)
from specs.ledger.raw_requests import (
    BY_HTTP_1_0,
    GOODBYE,
    NOT_ALLOWED,
    NOT_FOUND,
    NOTHING,
    REFUSED,
    h11_takes,
    httptools_takes,
)
from specs.ledger.responses import BAD_REQUEST, GREETING, NO_BODY, UVICORN, raw_request
from specs.ledger.upgrades import NO_TUNNEL
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, history, resolve, since

AT_ANOTHER_HOST = by_parser(h11=NOT_FOUND, httptools=GREETING)
SLASH = Response(307, UVICORN | NO_BODY | {"location": "http://example.org/"})
GOODBYE_AT_LAST = since(CLOSE_HEEDED, GOODBYE, before=GREETING)

METHODS = {
    b"CONNECT / HTTP/1.1": by_parser(
        h11=NOT_ALLOWED, httptools=since(UPGRADES_IGNORED, NOT_ALLOWED, before=NO_TUNNEL)
    ),
    b"CONNECT example.org:80 HTTP/1.1": by_parser(
        h11=NOT_FOUND,
        httptools=history(NOTHING, (INVALID_ANSWERED, NO_TUNNEL), (UPGRADES_IGNORED, BAD_REQUEST)),
    ),
    b"OPTIONS * HTTP/1.1": NOT_FOUND,
    b"GET * HTTP/1.1": NOT_FOUND,
    b"QUERY / HTTP/1.1": by_parser(
        h11=NOT_ALLOWED, httptools=since(QUERY_KNOWN, NOT_ALLOWED, before=REFUSED)
    ),
    b"M-SEARCH / HTTP/1.1": NOT_ALLOWED,
    b"SOURCE / HTTP/1.1": NOT_ALLOWED,
    b"BREW / HTTP/1.1": h11_takes(NOT_ALLOWED),
    b"get / HTTP/1.1": h11_takes(NOT_ALLOWED),
    b"GETT / HTTP/1.1": h11_takes(NOT_ALLOWED),
    b"A" * 5000 + b" / HTTP/1.1": h11_takes(NOT_ALLOWED),
    b"GE(T / HTTP/1.1": REFUSED,
    b"G\0T / HTTP/1.1": REFUSED,
    b"G\xc3\x89T / HTTP/1.1": REFUSED,
    b"PRI * HTTP/1.1": h11_takes(NOT_FOUND),
}
BEYOND_ASCII = by_parser(h11=since(TARGETS_CHECKED, REFUSED, before=NOTHING), httptools=REFUSED)
CONTROLLED = by_parser(h11=since(TARGETS_CHECKED, REFUSED, before=NOT_FOUND), httptools=REFUSED)
TARGETS = {
    b"http://example.org/": AT_ANOTHER_HOST,
    b"http://other.example/": AT_ANOTHER_HOST,
    b"https://example.org/?a=1": AT_ANOTHER_HOST,
    b"http://u:p@example.org/": AT_ANOTHER_HOST,
    b"http://example.org": h11_takes(NOT_FOUND),
    b"http://example.org:99999/": h11_takes(NOT_FOUND),
    b"http://example.org/missing": NOT_FOUND,
    b"//example.org/": NOT_FOUND,
    b"/#f": AT_ANOTHER_HOST,
    b"/?a#f": GREETING,
    b"/#\xc3\xa9": BEYOND_ASCII,
    b"/\xc3\xa9": BEYOND_ASCII,
    b"/\xff": BEYOND_ASCII,
    b"/?\xc3\xa9": BEYOND_ASCII,
    b"/\x7f": CONTROLLED,
    b"/\0": CONTROLLED,
    b"/\t": CONTROLLED,
    b"/%C3%A9": NOT_FOUND,
    b"/%ff": NOT_FOUND,
    b"/%": NOT_FOUND,
    b'/?"<>\\^`{|}': GREETING,
    b"/?" + b"a" * 16_000: GREETING,
    b"index": h11_takes(NOT_FOUND),
    b"?": h11_takes(SLASH),
}
VERSIONS = {
    b"HTTP/0.9": by_parser(h11=GOODBYE, httptools=GOODBYE_AT_LAST),
    b"HTTP/1.0": BY_HTTP_1_0,
    b"HTTP/1.2": h11_takes(GREETING),
    b"HTTP/2.0": by_parser(h11=GREETING, httptools=GOODBYE_AT_LAST),
    b"HTTP/3.0": h11_takes(GREETING),
    b"HTTP/11": REFUSED,
    b"HTTP/1.": REFUSED,
    b"HTTP/1.10": REFUSED,
    b"http/1.1": REFUSED,
    b"FTP/1.1": REFUSED,
    b"ICE/1.0": REFUSED,
    b"RTSP/1.0": httptools_takes(BY_HTTP_1_0),
    b"HTTP/1.1 ": REFUSED,
    b"x HTTP/1.1": REFUSED,
    b"": REFUSED,
}
LINES = {
    b"GET": REFUSED,
    b"GET HTTP/1.1": REFUSED,
    b"GET /": httptools_takes(GOODBYE_AT_LAST),
    b"GET  / HTTP/1.1": httptools_takes(GREETING),
    b"GET /  HTTP/1.1": httptools_takes(GREETING),
    b"GET\t/\tHTTP/1.1": REFUSED,
    b" GET / HTTP/1.1": REFUSED,
    b"\r\nGET / HTTP/1.1": httptools_takes(GREETING),
    b"\r\n\r\nGET / HTTP/1.1": httptools_takes(GREETING),
    b"GET / HTTP/1.1\r": REFUSED,
}
NO_REQUESTS = {
    "text": b"hello\r\n\r\n",
    "an answer": b"HTTP/1.1 200 OK\r\n\r\n",
    "null bytes": bytes(8) + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}
AWAITED = since(LF_ENDS_LINES, GREETING, before=NOTHING)
STRICT = since(HEADS_STRICT, REFUSED, before=GREETING)
BREAKS = {
    "LF only": (b"GET / HTTP/1.1\nHost: example.org\n\n", h11_takes(AWAITED)),
    "LF after the line": (
        b"GET / HTTP/1.1\nHost: example.org\r\n\r\n",
        by_parser(h11=since(LF_ENDS_LINES, GREETING, before=REFUSED), httptools=STRICT),
    ),
    "LF after a header": (b"GET / HTTP/1.1\r\nHost: example.org\n\r\n", h11_takes(AWAITED)),
    "LF in the end": (
        b"GET / HTTP/1.1\r\nHost: example.org\r\n\n",
        by_parser(h11=AWAITED, httptools=STRICT),
    ),
    "CR after a header": (b"GET / HTTP/1.1\r\nHost: example.org\rX: y\r\n\r\n", REFUSED),
}


@pytest.mark.source("RFC 9110 section 9.1", "RFC 9112 section 3.1", "RFC 9112 section 3.2.4")
@pytest.mark.parametrize("line", METHODS)
def test_knows_as_many_methods_as_its_parser(hello: Client, line: bytes) -> None:
    assert hello.raw(raw_request(line)) == METHODS[line]


@pytest.mark.source("RFC 9112 section 3.2", "RFC 3986 section 3")
@pytest.mark.parametrize("target", TARGETS)
def test_reads_a_target_as_its_parser_does(hello: Client, target: bytes) -> None:
    assert hello.raw(raw_request(b"GET %b HTTP/1.1" % target)) == TARGETS[target]


@pytest.mark.source("RFC 9112 section 3", "RFC 9110 section 4.1")
def test_reads_a_target_of_65536_bytes_as_its_parser_does(hello: Client) -> None:
    """h11 takes a head that it need not wait for; before 0.8.0 httptools lost count."""
    request = raw_request(b"GET /%b HTTP/1.1" % (b"a" * 65_536))
    httptools = since(LONG_TARGETS_REFUSED, REFUSED, before=GREETING)
    assert hello.raw(request) == by_parser(h11=NOT_FOUND, httptools=httptools)


@pytest.mark.source("RFC 9110 section 9.3.2", "RFC 9112 section 6.3")
def test_sends_a_body_with_the_refusal_of_an_invalid_head(hello: Client) -> None:
    refusal = replace(BAD_REQUEST, body=b"", ending=f"{len(BAD_REQUEST.body)} bytes after the end")
    answered = since(INVALID_ANSWERED, refusal, before=NOTHING)
    checked = since(TARGETS_CHECKED, answered, before=NOTHING)
    response = by_parser(h11=checked, httptools=answered)
    assert hello.raw(raw_request(b"HEAD /\xc3\xa9 HTTP/1.1")) == response


@pytest.mark.source("RFC 9112 section 2.3", "RFC 9110 section 2.5")
@pytest.mark.parametrize("version", VERSIONS)
def test_answers_versions_as_its_parser_does(hello: Client, version: bytes) -> None:
    responses = 2 if version.endswith(b"/1.0") else 1  # it may close without a word
    request = raw_request(b"GET / " + version)
    assert hello.raw(request, seconds=4, responses=responses) == VERSIONS[version]


@pytest.mark.source("RFC 9112 section 2.2", "RFC 9112 section 3")
@pytest.mark.parametrize("line", LINES)
def test_is_as_strict_with_a_line_as_its_parser(hello: Client, line: bytes) -> None:
    assert hello.raw(raw_request(line)) == LINES[line]


@pytest.mark.source("RFC 9112 section 2.2")
@pytest.mark.parametrize("name", NO_REQUESTS)
def test_refuses_what_is_no_request(hello: Client, name: str) -> None:
    assert hello.raw(NO_REQUESTS[name]) == REFUSED


@pytest.mark.source("RFC 9112 section 2.2")
@pytest.mark.parametrize("name", BREAKS)
def test_reads_line_breaks_as_its_parser_does(hello: Client, name: str) -> None:
    request, response = BREAKS[name]
    waits = resolve(response, hello.environment).value == NOTHING
    assert hello.raw(request, half_close=waits) == response


@pytest.mark.source("RFC 9112 section 3")
@pytest.mark.parametrize("begin", [b"\x16\x03\x01\x02\x00\x01", b"\0", b" "])
def test_refuses_what_begins_as_no_request_does(hello: Client, begin: bytes) -> None:
    early = since(BINARY_REFUSED_EARLY, REFUSED, before=NOTHING)
    response = by_parser(h11=early, httptools=REFUSED)
    waits = resolve(response, hello.environment).value == NOTHING
    assert hello.raw(begin, half_close=waits) == response


@pytest.mark.source("RFC 9112 section 2.2")
def test_waits_for_more_than_carriage_returns_as_its_parser_does(hello: Client) -> None:
    request = b"GET / HTTP/1.1\rHost: example.org\r\r"
    assert hello.raw(request, half_close=True) == h11_takes(NOTHING)

"""hello: header lines as strict as its parser, and how much of them it takes."""

import pytest

from specs.ledger.changes import CHUNK_SIZES_STRICT, CONTROLS_TAKEN, HEADS_STRICT, LF_ENDS_LINES
from specs.ledger.raw_requests import (
    GOODBYE,
    LAST,
    LIMIT,
    NOTHING,
    REFUSED,
    h11_takes,
    httptools_takes,
)
from specs.ledger.responses import GET, GREETING, HOST, raw_request, until_it_closes
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser, since

LENIENT = by_parser(h11=REFUSED, httptools=since(HEADS_STRICT, REFUSED, before=GREETING))
FOLDED = by_parser(h11=GREETING, httptools=since(HEADS_STRICT, REFUSED, before=GREETING))
CONTROLLED = h11_takes(since(CONTROLS_TAKEN, GREETING, before=REFUSED))
NAMES = {
    b"X : a": LENIENT,
    b"X": REFUSED,
    b": a": LENIENT,
    b"X Y: a": LENIENT,
    b"X\xc3\xa9: a": REFUSED,
    b"X\0: a": REFUSED,
    b"X\x01: a": REFUSED,
    b"X\x7f: a": REFUSED,
    b"X(: a": REFUSED,
    b"X/Y: a": REFUSED,
    b"X@Y: a": REFUSED,
    b'"X": a': REFUSED,
    b"!#$%&'*+-.^_`|~: a": GREETING,
}
VALUES = {
    b"X:": GREETING,
    b"X:a": GREETING,
    b"X: a\tb": GREETING,
    b"X: \xc3\xa9": GREETING,
    b"X: \xff": GREETING,
    b"X: \0": REFUSED,
    b"X: a\x0bb": REFUSED,
    b"X: \x0ba": REFUSED,
    b"X: a\x0c": REFUSED,
    b"X: a\rb": REFUSED,
    b"X: a\x01b": CONTROLLED,
    b"X: a\x7fb": h11_takes(GREETING),
    b"X: \x1b[0m": CONTROLLED,
    b"X: a\nY: b": h11_takes(since(LF_ENDS_LINES, GREETING, before=REFUSED)),
}
FOLDS = {
    b"X: a\r\n b": FOLDED,
    b"X: a\r\n\tb": FOLDED,
    b"X: a\r\n ": FOLDED,
}
MANY = {
    "300 of one name": b"X: a\r\n" * 300,
    "1,000 names": b"".join(b"X-%d: a\r\n" % number for number in range(1000)),
    "a value of 10,000 bytes": b"X: " + b"a" * 10_000 + b"\r\n",
    "a name of 10,000 bytes": b"X" * 10_000 + b": a\r\n",
}
HOSTS = {
    "none": (b"", httptools_takes(GREETING)),
    "empty": (b"Host:\r\n", GREETING),
    "blank": (b"Host: \r\n", GREETING),
    "two alike": (HOST * 2, httptools_takes(GREETING)),
    "two that differ": (HOST + b"Host: other.example\r\n", httptools_takes(GREETING)),
    "a list": (b"Host: a, b\r\n", GREETING),
    "with a blank": (b"Host: a b\r\n", GREETING),
    "with a slash": (b"Host: a/b\r\n", GREETING),
    "not ASCII": (b"Host: \xc3\xa9\r\n", GREETING),
}
UNFINISHED = {
    "in the line": b"GET /?",
    "in a header": GET + b"\r\n" + HOST + b"X: ",
    "in a name": GET + b"\r\n" + HOST,
}


@pytest.mark.source("RFC 9110 section 5.1", "RFC 9112 section 5.1")
@pytest.mark.parametrize("header", NAMES)
def test_is_as_strict_with_names_as_its_parser(hello: Client, header: bytes) -> None:
    assert hello.raw(raw_request(headers=header + b"\r\n")) == NAMES[header]


@pytest.mark.source("RFC 9110 section 5.5")
@pytest.mark.parametrize("header", VALUES)
def test_is_as_strict_with_values_as_its_parser(hello: Client, header: bytes) -> None:
    assert hello.raw(raw_request(headers=header + b"\r\n")) == VALUES[header]


@pytest.mark.source("RFC 9112 section 5.2")
@pytest.mark.parametrize("header", FOLDS)
def test_unfolds_a_line_where_its_parser_does(hello: Client, header: bytes) -> None:
    assert hello.raw(raw_request(headers=header + b"\r\n")) == FOLDS[header]


@pytest.mark.source("RFC 9112 section 2.2")
def test_refuses_a_fold_before_the_first_header(hello: Client) -> None:
    httptools = since(CHUNK_SIZES_STRICT, REFUSED, before=GREETING)
    answer = by_parser(h11=REFUSED, httptools=httptools)
    assert hello.raw(GET + b"\r\n X: a\r\n" + HOST + b"\r\n") == answer


@pytest.mark.source("RFC 9110 section 5.4", "RFC 6585 section 5")
@pytest.mark.parametrize("name", MANY)
def test_takes_many_and_long_headers(hello: Client, name: str) -> None:
    assert hello.raw(raw_request(headers=MANY[name])) == GREETING


@pytest.mark.source("RFC 9112 section 3.2", "RFC 9110 section 7.2")
@pytest.mark.parametrize("name", HOSTS)
def test_leaves_host_to_its_parser(hello: Client, name: str) -> None:
    host, response = HOSTS[name]
    assert hello.raw(raw_request(host=host)) == response


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3")
@pytest.mark.parametrize("place", UNFINISHED)
def test_waits_for_the_end_of_a_head_up_to_the_limit_of_its_parser(
    hello: Client, place: str
) -> None:
    at_limit = UNFINISHED[place].ljust(LIMIT, b"a")
    beyond = by_parser(h11=REFUSED, httptools=NOTHING)
    assert hello.raw(at_limit, half_close=True) == NOTHING
    assert hello.raw(at_limit + b"a", half_close=True) == beyond


@pytest.mark.source("uvicorn docs settings")
def test_has_the_limit_for_each_head_of_a_connection(hello: Client) -> None:
    longest = raw_request(headers=b"X: " + b"a" * 16_000 + b"\r\n")
    responses = [GREETING, GREETING, GOODBYE]
    assert until_it_closes(hello, longest, longest, LAST) == responses

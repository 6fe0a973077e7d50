"""hello: how long a body is, and what that makes of the request behind it.

The app reads no body, so that it answers before the body ends; a second request shows where the
server thinks that the first one ended (RFC 9112 section 11.2).
"""

from typing import Any

import pytest

from specs.ledger.changes import CHUNK_SIZES_STRICT, LENGTHS_MERGED, LONG_LENGTHS_REFUSED
from specs.ledger.raw_requests import (
    CHUNKED,
    CLOSES,
    GOODBYE,
    LAST,
    NOT_ALLOWED,
    REFUSED,
    h11_takes,
    httptools_takes,
    then,
)
from specs.ledger.responses import GREETING, last, raw_request, until_it_closes
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser, since

IN_A_CHUNK = b"3\r\nabc\r\n0\r\n\r\n"
BOTH: Any = [GREETING, GOODBYE]

LENGTHS = {
    b"3": BOTH,
    b" 3 ": BOTH,
    b"03": BOTH,
    b"00000000000000000003": BOTH,
    b"000000000000000000003": by_parser(
        h11=since(LONG_LENGTHS_REFUSED, [REFUSED], before=BOTH), httptools=BOTH
    ),
    b"3, 3": h11_takes(since(LENGTHS_MERGED, BOTH, before=[REFUSED])),
    b"3, 4": REFUSED,
    b"-1": REFUSED,
    b"+3": REFUSED,
    b"3.0": REFUSED,
    b"0x3": REFUSED,
    b"0_3": REFUSED,
    b"3 3": REFUSED,
    b"abc": REFUSED,
    b"": REFUSED,
    "\N{ARABIC-INDIC DIGIT THREE}".encode(): REFUSED,
}
TWO_LENGTHS = {
    (b"3", b"3"): h11_takes(since(LENGTHS_MERGED, BOTH, before=[REFUSED])),
    (b"3", b"03"): REFUSED,
    (b"3", b"4"): REFUSED,
    (b"4", b"3"): REFUSED,
    (b"0", b"3"): REFUSED,
}
BEYOND = {
    b"9223372036854775808": GREETING,
    b"18446744073709551616": h11_takes(GREETING),
}
CODINGS = {
    b"chunked": BOTH,
    b"Chunked": BOTH,
    b"gzip, chunked": httptools_takes(BOTH),
    b"chunked, gzip": REFUSED,
    b"chunked, chunked": REFUSED,
    b"gzip": REFUSED,
    b"identity": REFUSED,
    b"xchunked": REFUSED,
    b'"chunked"': REFUSED,
    b"chunked;q=1": REFUSED,
    b"\x0bchunked": REFUSED,
    b"\r\n chunked": by_parser(h11=BOTH, httptools=since(CHUNK_SIZES_STRICT, REFUSED, before=BOTH)),
    b"": REFUSED,
    b"chunked\r\nTransfer-Encoding: chunked": REFUSED,
    b"gzip\r\nTransfer-Encoding: chunked": httptools_takes(BOTH),
    b"chunked\r\nContent-Length: 3": h11_takes(BOTH),
    b"chunked\r\nContent-Length: 0": h11_takes(BOTH),
    b"gzip\r\nContent-Length: 3": REFUSED,
}


@pytest.mark.source("RFC 9110 section 8.6", "RFC 9112 section 6.2")
@pytest.mark.parametrize("length", LENGTHS)
def test_reads_a_length_as_its_parser_does(hello: Client, length: bytes) -> None:
    request = raw_request(headers=b"Content-Length: %b\r\n" % length, body=b"abc")
    assert until_it_closes(hello, request + LAST) == LENGTHS[length]


@pytest.mark.source("RFC 9112 section 6.3")
@pytest.mark.parametrize("lengths", TWO_LENGTHS)
def test_reads_two_lengths_as_its_parser_does(hello: Client, lengths: tuple[bytes, bytes]) -> None:
    headers = b"".join(b"Content-Length: %b\r\n" % length for length in lengths)
    assert (
        until_it_closes(hello, raw_request(headers=headers, body=b"abc") + LAST)
        == TWO_LENGTHS[lengths]
    )


@pytest.mark.source("RFC 9110 section 8.6")
@pytest.mark.parametrize("length", BEYOND)
def test_waits_for_more_than_can_come(hello: Client, length: bytes) -> None:
    request = raw_request(headers=b"Content-Length: %b\r\n" % length, body=b"abc")
    assert hello.raw(request) == BEYOND[length]


@pytest.mark.source("RFC 9112 section 6.1", "RFC 9112 section 11.2")
@pytest.mark.parametrize("coding", CODINGS)
def test_reads_a_transfer_coding_as_its_parser_does(hello: Client, coding: bytes) -> None:
    request = raw_request(headers=b"Transfer-Encoding: %b\r\n" % coding, body=IN_A_CHUNK)
    assert until_it_closes(hello, request + LAST) == CODINGS[coding]


@pytest.mark.source("RFC 9112 section 6.1", "RFC 9112 section 6.3")
def test_prefers_the_transfer_coding_where_its_parser_takes_both(hello: Client) -> None:
    headers = b"Content-Length: 3\r\n" + CHUNKED
    request = raw_request(headers=headers, body=IN_A_CHUNK)
    assert until_it_closes(hello, request + LAST) == h11_takes(BOTH)


@pytest.mark.source("RFC 9112 section 6.3")
def test_takes_what_follows_a_request_without_a_length_for_the_next(hello: Client) -> None:
    follows = by_parser(h11=[GREETING, last(NOT_ALLOWED)], httptools=[REFUSED])
    assert until_it_closes(hello, raw_request() + b"abc" + LAST) == follows


@pytest.mark.source("RFC 9112 section 6.3")
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_takes_the_next_request_for_what_lacks_of_a_body(hello: Client, method: bytes) -> None:
    request = raw_request(method + b" / HTTP/1.1", b"Content-Length: 10\r\n", b"abc")
    response = GREETING if method == b"GET" else NOT_ALLOWED
    assert until_it_closes(hello, request + LAST) == then(response)


@pytest.mark.source("RFC 9112 section 6.3", "RFC 9112 section 8")
@pytest.mark.parametrize("data", [b"", b"abc"])
def test_answers_before_a_body_that_ends_early(hello: Client, data: bytes) -> None:
    for request in (
        raw_request(headers=b"Content-Length: 10\r\n", body=data),
        raw_request(headers=CHUNKED, body=data and b"3\r\nab"),
    ):
        assert until_it_closes(hello, request, half_close=True) == CLOSES


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("size", [3, 300_000])
def test_reads_a_body_that_comes_after_the_answer(hello: Client, size: int) -> None:
    request = raw_request(headers=b"Content-Length: %d\r\n" % size)
    assert until_it_closes(hello, request, b"a" * size + LAST) == BOTH
    assert until_it_closes(hello, request + b"a" * size + LAST) == BOTH

"""hello: bodies in chunks, well-formed and not, together with a second request and before it."""

from typing import Any

import pytest

from specs.ledger.changes import (
    CHUNK_BLANKS_TAKEN,
    CHUNK_ENDS_CHECKED,
    CHUNK_SIZES_STRICT,
    HEADS_STRICT,
    INVALID_ANSWERED,
)
from specs.ledger.raw_requests import CHUNKED, CLOSES, GOODBYE, LAST, NOT_ALLOWED, REFUSED_LATE
from specs.ledger.responses import BAD_REQUEST, GREETING, raw_request, until_it_closes
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser, since

GOOD = {
    b"3\r\nabc\r\n0\r\n\r\n",
    b"00003\r\nabc\r\n00\r\n\r\n",
    b"A\r\n0123456789\r\n0\r\n\r\n",
    b"a\r\n0123456789\r\n0\r\n\r\n",
    b"3;a=b\r\nabc\r\n0\r\n\r\n",
    b'3;a="b;c"\r\nabc\r\n0;d\r\n\r\n',
    b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
    b"0\r\n\r\n",
    b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    b"3\r\nabc\r\n0\r\nX: y\r\nZ: z\r\n\r\n",
}
"""Trailers among them."""

ONLY_H11 = {
    b"3 \r\nabc\r\n0\r\n\r\n": CHUNK_SIZES_STRICT,
    b"3;\r\nabc\r\n0\r\n\r\n": CHUNK_SIZES_STRICT,
    b"3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n": HEADS_STRICT,
}
"""What httptools no longer takes since a change."""

MALFORMED = {
    b"zz\r\nabc\r\n0\r\n\r\n",
    b"-3\r\nabc\r\n0\r\n\r\n",
    b"+3\r\nabc\r\n0\r\n\r\n",
    b"0x3\r\nabc\r\n0\r\n\r\n",
    b"3_\r\nabc\r\n0\r\n\r\n",
    b" 3\r\nabc\r\n0\r\n\r\n",
    b"\r\nabc\r\n0\r\n\r\n",
    b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    b"3\rX\nabc\r\n0\r\n\r\n",
    b"3\nabc\n0\n\n",
    b"F" * 21 + b"\r\nabc\r\n0\r\n\r\n",
    b"3\r\nabc\r\n0\r\nX y\r\n\r\n",
}
ENDS_OTHERWISE = {
    b"3\r\nabc\n0\r\n\r\n",
    b"3\r\nabc0\r\n\r\n",
    b"3\r\nabcd\r\n0\r\n\r\n",
    b"4\r\nabc\r\n0\r\n\r\n",
}
"""Not with CRLF after as many bytes as its size says."""

BOTH: Any = [GREETING, GOODBYE]
TOO_LATE = since(INVALID_ANSWERED, [GREETING, BAD_REQUEST], before=[CLOSES])
"""What is malformed after the response is answered as well."""


def posted(body: bytes) -> bytes:
    return raw_request(b"POST / HTTP/1.1", CHUNKED, body)


@pytest.mark.source("RFC 9112 section 7.1", "RFC 9112 section 7.1.1", "RFC 9112 section 7.1.2")
@pytest.mark.parametrize("body", sorted(GOOD))
def test_reads_to_the_end_of_the_last_chunk(hello: Client, body: bytes) -> None:
    assert until_it_closes(hello, posted(body) + LAST) == [NOT_ALLOWED, GOODBYE]
    assert until_it_closes(hello, raw_request(headers=CHUNKED), body + LAST) == BOTH


@pytest.mark.source("RFC 9112 section 7.1", "RFC 9110 section 6.5.1")
@pytest.mark.parametrize("body", sorted(ONLY_H11))
def test_is_lenient_with_chunks_with_h11(hello: Client, body: bytes) -> None:
    answers, strict = [NOT_ALLOWED, GOODBYE], ONLY_H11[body]
    blank = body.startswith(b"3 ")
    together = by_parser(
        h11=since(CHUNK_BLANKS_TAKEN, answers, before=[REFUSED_LATE] if blank else answers),
        httptools=since(strict, [REFUSED_LATE], before=answers),
    )
    apart = by_parser(
        h11=since(CHUNK_BLANKS_TAKEN, BOTH, before=[CLOSES] if blank else BOTH),
        httptools=since(strict, TOO_LATE, before=BOTH),
    )
    assert until_it_closes(hello, posted(body) + LAST) == together
    assert until_it_closes(hello, raw_request(headers=CHUNKED), body + LAST) == apart


@pytest.mark.source("RFC 9112 section 7.1", "RFC 9112 section 11.2")
@pytest.mark.parametrize("body", sorted(MALFORMED))
def test_refuses_a_malformed_chunk(hello: Client, body: bytes) -> None:
    assert until_it_closes(hello, posted(body) + LAST) == REFUSED_LATE


@pytest.mark.source("RFC 9112 section 7.1", "RFC 9112 section 11.2")
@pytest.mark.parametrize("body", sorted(MALFORMED))
def test_closes_at_a_malformed_chunk_after_the_answer(hello: Client, body: bytes) -> None:
    after = by_parser(h11=[CLOSES], httptools=TOO_LATE)
    assert until_it_closes(hello, raw_request(headers=CHUNKED), body + LAST) == after


@pytest.mark.source("RFC 9112 section 7.1", "RFC 9112 section 11.2")
@pytest.mark.parametrize("body", sorted(ENDS_OTHERWISE))
def test_wants_a_line_break_after_each_chunk(hello: Client, body: bytes) -> None:
    assert until_it_closes(hello, posted(body) + LAST) == REFUSED_LATE


@pytest.mark.source("RFC 9112 section 7.1", "CVE-2025-43859")
def test_takes_no_two_bytes_for_a_line_break(hello: Client) -> None:
    taken = since(CHUNK_ENDS_CHECKED, [REFUSED_LATE], before=[NOT_ALLOWED, GOODBYE])
    httptools = since(HEADS_STRICT, [REFUSED_LATE], before=[NOT_ALLOWED, GOODBYE])
    responses = by_parser(h11=taken, httptools=httptools)
    assert until_it_closes(hello, posted(b"3\r\nabcXX0\r\n\r\n") + LAST) == responses


@pytest.mark.source("RFC 9112 section 7.1")
@pytest.mark.parametrize("size", [b"10000000000000000", b"F" * 20])
def test_refuses_a_size_that_its_parser_cannot_count(hello: Client, size: bytes) -> None:
    response = by_parser(h11=NOT_ALLOWED, httptools=REFUSED_LATE)
    assert hello.raw(posted(size + b"\r\nabc\r\n")) == response

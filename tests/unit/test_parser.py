"""The reader of raw responses: what it makes of bytes, whole, cut anywhere, or of any kind."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from starlette_conformance.http.message import Message
from starlette_conformance.http.parser import read

OK = b"HTTP/1.1 200 OK\r\n"
FIVE = OK + b"Content-Length: 5\r\n\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"

CASES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "nothing": (b"", {"whole": False, "end": 0, "status": 0}),
    "half a status line": (b"HTTP/1.1 200 O", {"status": 0, "reason": "", "fault": ""}),
    "a status line": (OK, {"version": "HTTP/1.1", "status": 200, "reason": "OK", "end": 0}),
    "half a header line": (OK + b"a: 1\r\nb: 2", {"headers": (("a", "1"),), "fault": ""}),
    "a header line cut before LF": (OK + b"a: 1\r", {"headers": (), "fault": ""}),
    "a head cut before its last byte": (FIVE[:-1], {"end": 0, "fault": ""}),
    "a head": (FIVE, {"end": 38, "whole": False, "headers": (("Content-Length", "5"),)}),
    "a reason with spaces": (b"HTTP/1.1 404 Not Found\r\n\r\n", {"reason": "Not Found"}),
    "no reason and no space": (b"HTTP/1.1 200\r\n\r\n", {"status": 200, "reason": ""}),
    "names and values as sent": (
        OK + b"X-A:1\r\nx-a:\t 2 \r\nX-B:\r\n\r\n",
        {"headers": (("X-A", "1"), ("x-a", "2"), ("X-B", ""))},
    ),
    "a value in Latin-1": (OK + b"a: \xe9\r\n\r\n", {"headers": (("a", "\xe9"),)}),
    "a body with a length": (FIVE + b"Hello", {"body": b"Hello", "whole": True, "end": 43}),
    "a body and more": (FIVE + b"Hello!", {"body": b"Hello", "whole": True, "end": 43}),
    "a length of zero": (OK + b"content-length: 0\r\n\r\n", {"whole": True, "body": b""}),
    "no length": (OK + b"\r\nHello", {"body": b"Hello", "whole": False, "end": 24}),
    "chunks": (
        CHUNKED + b"5\r\nHello\r\n1;a=b\r\n!\r\n0\r\n\r\nmore",
        {
            "body": b"Hello!",
            "chunks": (b"Hello", b"!"),
            "chunk_ends": (57, 67),
            "whole": True,
            "end": 72,
            "extensions": ("", ";a=b", ""),
        },
    ),
    "trailers": (
        CHUNKED + b"0 \t;last\r\nX-A:1\r\nx-a: 2\r\n\r\nmore",
        {
            "extensions": (" \t;last",),
            "trailers": (("X-A", "1"), ("x-a", "2")),
            "whole": True,
            "end": 74,
        },
    ),
    "chunk sizes with zeros and capitals": (
        CHUNKED + b"00A\r\n0123456789\r\n000\r\n\r\n",
        {"chunks": (b"0123456789",), "whole": True},
    ),
    "half a chunk": (CHUNKED + b"5\r\nHel", {"chunks": (), "whole": False, "fault": ""}),
    "a chunk without its line end": (CHUNKED + b"5\r\nHello\r", {"chunks": (), "fault": ""}),
    "no chunk": (CHUNKED + b"0\r\n\r\n", {"chunks": (), "body": b"", "whole": True}),
    "half the end of the last chunk": (CHUNKED + b"0\r\n\r", {"whole": False, "fault": ""}),
    "an interim answer alone": (
        b"HTTP/1.1 100 Continue\r\n\r\n",
        {
            "status": 0,
            "whole": False,
            "interim": (Message("HTTP/1.1", 100, "Continue", whole=True, end=25),),
        },
    ),
    "a switch of protocols": (
        b"HTTP/1.1 101 Switching Protocols\r\n\r\nframes",
        {"status": 101, "whole": True, "end": 36},
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\nx", {"whole": True, "end": 27, "body": b""}),
    "not modified, with a length": (
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n",
        {"whole": True, "body": b""},
    ),
    "an empty first line": (b"\r\n" + FIVE, {"fault": "not a status line: b''"}),
    "two empty lines": (b"\r\n\r\n", {"fault": "not a status line: b''"}),
    "a status of four digits": (
        b"HTTP/1.1 2000 OK\r\n",
        {"fault": "not a status line: b'HTTP/1.1 2000 OK'"},
    ),
    "a header without a colon": (OK + b"a\r\n", {"fault": "not a header: b'a'"}),
    "a header without a name": (OK + b": 1\r\n\r\n", {"fault": "not a header: b': 1'"}),
    "a bare LF in a header": (
        OK + b"a: 1\nb: 2\r\n\r\n",
        {"fault": r"not a header: b'a: 1\nb: 2'"},
    ),
    "a bare CR in a header": (OK + b"a: 1\rb\r\n\r\n", {"fault": r"not a header: b'a: 1\rb'"}),
    "a length with a sign": (
        OK + b"content-length: +5\r\n\r\nHello",
        {"fault": "Content-Length '+5' is not one number"},
    ),
    "a list of lengths": (
        OK + b"content-length: 5, 5\r\n\r\nHello",
        {"fault": "Content-Length '5, 5' is not one number"},
    ),
    "half a trailer": (CHUNKED + b"0\r\nx-", {"whole": False, "fault": "", "trailers": ()}),
    "a trailer and no end": (
        CHUNKED + b"0\r\na: 1\r\n",
        {"whole": False, "trailers": (("a", "1"),), "end": 47},
    ),
    "a trailer that is none": (CHUNKED + b"0\r\na\r\n", {"fault": "not a trailer: b'a'"}),
    "trailers without an end": (
        CHUNKED + b"0\r\n" + b"a: 1\r\n" * 50_000,
        {"fault": "the trailers are longer than 262144 bytes", "whole": False},
    ),
    "a chunk size with a sign": (CHUNKED + b"+5\r\n", {"fault": "not a chunk size: b'+5'"}),
    "an empty chunk size": (CHUNKED + b"\r\n", {"fault": "not a chunk size: b''"}),
}


@pytest.mark.parametrize("name", CASES)
def test_bytes_are_read_as_they_stand(name: str) -> None:
    data, expected = CASES[name]
    message = read(data, "GET")
    assert {field: getattr(message, field) for field in expected} == expected


def test_an_answer_to_head_ends_at_its_head() -> None:
    message = read(FIVE + b"Hello", "HEAD")
    assert (message.whole, message.end, message.body) == (True, 38, b"")


def test_a_body_without_length_ends_with_the_connection() -> None:
    assert read(OK + b"\r\nHello", "GET", closed=True).whole


def test_a_message_is_read_from_where_it_begins() -> None:
    data = FIVE + b"Hello" + FIVE + b"again"
    second = read(data, "GET", start=read(data, "GET").end)
    assert (second.body, second.end) == (b"again", len(data))


@pytest.mark.parametrize(
    ("head", "announced"),
    [
        (OK, False),
        (OK + b"connection: close\r\n", True),
        (OK + b"Connection: x, Close\r\n", True),
        (OK + b"connection: keep-alive\r\n", False),
        (b"HTTP/1.0 200 OK\r\n", True),
        (b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n", False),
    ],
)
def test_a_close_is_announced_as_the_version_has_it(head: bytes, announced: bool) -> None:
    assert read(head + b"\r\n", "GET").announces_close is announced


generating = settings(max_examples=50)

NAMES = st.from_regex(r"x-[a-zA-Z0-9!#$%&'*+.^_`|~-]{0,10}", fullmatch=True)
VALUES = st.from_regex(r"([!-~\x80-\xff]([ -~\x80-\xff]{0,20}[!-~\x80-\xff])?)?", fullmatch=True)
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=4)
BODIES = st.binary(max_size=40) | st.lists(st.binary(min_size=1, max_size=20), max_size=4)


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, Message]:
    """The bytes of a good answer, and what it says."""
    status = draw(st.sampled_from([200, 206, 307, 404, 500]))
    reason = draw(VALUES)
    headers = draw(HEADERS)
    body = draw(BODIES)
    if isinstance(body, bytes):
        framing = ("content-length", str(len(body)))
        sent = body
    else:
        framing = ("transfer-encoding", "chunked")
        sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in body) + b"0\r\n\r\n"
    headers.insert(draw(st.integers(0, len(headers))), framing)
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    data = "\r\n".join([*lines, "", ""]).encode("latin-1") + sent
    whole = Message("HTTP/1.1", status, reason, tuple(headers), whole=True, end=len(data))
    return data, with_body(whole, body)


def with_body(message: Message, body: bytes | list[bytes]) -> Message:
    if isinstance(body, bytes):
        return replace(message, body=body)
    position = message.end - 5
    ends: list[int] = []
    for chunk in reversed(body):
        ends.insert(0, position)
        position -= len(b"%x" % len(chunk)) + len(chunk) + 4
    return replace(
        message,
        body=b"".join(body),
        chunks=tuple(body),
        chunk_ends=tuple(ends),
        extensions=("",) * (len(body) + 1),
    )


@generating
@given(answers())
def test_an_answer_reads_back_exactly_and_no_part_of_it_is_whole(
    generated: tuple[bytes, Message],
) -> None:
    data, expected = generated
    assert read(data, "GET") == expected
    assert read(data + b"more", "GET") == expected
    for length in range(len(data)):
        part = read(data[:length], "GET", closed=True)
        assert (part.whole, part.fault) == (False, "")
        assert part.headers == expected.headers[: len(part.headers)]
        assert expected.body.startswith(part.body)


@generating
@given(st.binary(max_size=200), st.sampled_from(["GET", "HEAD"]), st.booleans())
def test_any_bytes_are_read_without_an_error(data: bytes, method: str, closed: bool) -> None:
    for prefix in (b"", OK, OK + b"\r\n", CHUNKED, CHUNKED + b"5\r\nHello\r\n"):
        message = read(prefix + data, method, closed)
        assert 0 <= message.end <= len(prefix + data)


@generating
@given(answers(), st.data())
def test_a_changed_answer_is_read_without_an_error(
    generated: tuple[bytes, Message], data: st.DataObject
) -> None:
    changed = bytearray(generated[0])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    message = read(bytes(changed), "GET")
    assert 0 <= message.end <= len(changed)

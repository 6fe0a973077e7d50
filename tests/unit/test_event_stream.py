"""A response as it comes: its events are counted, and each byte is read once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlette_conformance.http.event_stream import EVENT_END, Reception, first_events
from starlette_conformance.http.parser import read

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


def received(*pieces: bytes) -> Reception:
    reception, data = Reception("GET"), bytearray()
    for piece in pieces:
        data += piece
        reception.read(data)
    return reception


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (b"", b""),
        (b"data: 1\n", b""),
        (b"data: 1\n\ndata: 2", b"data: 1\n\n"),
        (b"a\r\n\r\nb\r\rc\n\n", b"a\r\n\r\nb\r\r"),
        (b"\n\n\n\n\n\n", b"\n\n\n\n"),
    ],
)
def test_the_first_events_are_whole(body: bytes, first: bytes) -> None:
    assert first_events(body) == first


@given(st.lists(st.text(alphabet="\r\na", max_size=9)))
def test_events_are_counted_however_they_are_cut(texts: list[str]) -> None:
    pieces = [text.encode() for text in texts]
    body = b"".join(pieces)
    plain = received(HEAD + b"\r\n", *pieces)
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece]
    assert [plain.events, received(CHUNKED, *chunks).events] == [len(EVENT_END.findall(body))] * 2
    assert plain.reader.message(HEAD + b"\r\n" + body) == read(HEAD + b"\r\n" + body, "GET")


def test_what_is_enough() -> None:
    event = b"b\r\ndata: 1\r\n\r\n\r\n"
    assert not received(CHUNKED, event).enough
    assert received(CHUNKED, event, event).enough
    assert not received(CHUNKED, event, event).ended
    assert received(CHUNKED, event, b"0\r\n\r\n").ended
    assert received(b"no response\r\n").ended
    no_stream = CHUNKED.replace(b"event-stream", b"plain")
    assert not received(no_stream, event, event).enough


def test_one_large_event_is_read_once() -> None:
    """As many bytes in one event as took nine minutes, and were not done then."""
    size = 100_000
    data = HEAD + b"content-length: %d\r\n\r\n" % (size + 6) + b"data: " + b"z" * size
    reception = received(*(data[at : at + 1000] for at in range(0, len(data), 1000)))
    assert reception.reader.whole


def test_a_header_with_blanks_within_is_read() -> None:
    value = b"a" + b" " * 60_000 + b"b"
    message = read(b"HTTP/1.1 200 OK\r\nx: \t" + value + b" \t\r\n\r\n", "GET")
    assert message.headers == (("x", value.decode()),)

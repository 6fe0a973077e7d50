"""A stream is checked to the event, whatever pieces it comes in; and lateness is what it says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starlette_conformance.load._null_server import HEAD, chunk
from starlette_conformance.load.stream import Broken, Stream, lateness, silent_seconds


def seen(*pieces: bytes, server_ended: bool = False) -> tuple[int, Counter[str], str]:
    """How many events were in order, what was wrong, and the first of it."""
    stream = Stream()
    good = sum(stream.feed(piece) for piece in (HEAD, *pieces))
    stream.settle(server_ended)
    return good, stream.defects or Counter(), stream.first


def events(*numbers: int) -> list[bytes]:
    return [chunk(number) for number in numbers]


def test_one_that_resumes_another_begins_with_any_number() -> None:
    stream = Stream(resumes=True)
    text = b"id: 7\r\ndata: 7\r\n\r\n"
    assert stream.feed(HEAD + b"%x\r\n%s\r\n" % (len(text), text)) == 1
    assert (stream.number, stream.last_id) == (7, b"7")
    assert stream.feed(chunk(9)) == 0
    stream.settle(server_ended=False)
    assert stream.defects == Counter(lost=1)


def test_events_in_order_are_counted() -> None:
    assert seen(*events(*range(1, 13))) == (12, Counter(), "")


@given(st.lists(st.integers(1, 30)))
def test_the_pieces_do_not_matter(sizes: list[int]) -> None:
    whole = b"".join(events(1, 2, 3, 4))
    pieces = []
    for size in sizes:
        pieces.append(whole[:size])
        whole = whole[size:]
    assert seen(*(piece for piece in [*pieces, whole] if piece)) == (4, Counter(), "")


@pytest.mark.parametrize(
    ("numbers", "good", "defects", "first"),
    [
        ((1, 2, 4, 5), 3, {"lost": 1}, "event 3 was lost"),
        ((2, 3), 1, {"lost": 1}, "event 1 was lost"),
        ((1, 5000), 1, {"lost": 4998}, "event 2 was lost"),
        ((1, 2, 2, 3), 3, {"repeated": 1}, "event 2 was repeated"),
        ((1, 3, 2, 4), 2, {"out of order": 1}, "event 2 was out of order"),
        ((1, 3, 2, 2), 1, {"out of order": 1, "repeated": 1}, "event 2 was out of order"),
    ],
)
def test_what_is_wrong_with_the_order_is_named(
    numbers: tuple[int, ...], good: int, defects: dict[str, int], first: str
) -> None:
    assert seen(*events(*numbers)) == (good, Counter(defects), first)


@pytest.mark.parametrize(
    "text", [b"data: \r\n\r\n", b"data: 2x\r\n\r\n", b"ata: 2\r\n\r\n", b"data: 2data: 3\r\n\r\n"]
)
def test_an_event_that_is_not_whole_was_cut(text: bytes) -> None:
    found = seen(chunk(1), b"%x\r\n%s\r\n" % (len(text), text))
    assert found == (1, Counter({"cut in half": 1}), "event 2 was cut in half")


@pytest.mark.parametrize("kept", range(1, len(chunk(2))))
def test_an_end_within_an_event_cuts_it(kept: int) -> None:
    assert seen(chunk(1), chunk(2)[:kept], server_ended=True)[1] == {"cut in half": 1}
    assert seen(chunk(1), chunk(2)[:kept])[1] == {}  # it was the client who left


def test_pings_and_other_line_ends_are_no_events() -> None:
    text = b": ping - 2026\r\n\r\nid: 7\ndata: 1\n\ndata:2\r\r"
    assert seen(b"%x\r\n%s\r\n" % (len(text), text)) == (2, Counter(), "")


def test_a_last_chunk_ends_a_stream() -> None:
    stream = Stream()
    stream.feed(HEAD + chunk(1) + b"0\r\n\r\n")
    assert (stream.number, stream.ended) == (1, True)


def test_an_answer_without_chunks_is_read_as_it_comes() -> None:
    stream = Stream()
    assert stream.feed(b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n") == 0
    assert stream.feed(b"data: 1\n\ndata: 2\n\nda") == 2


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (HEAD.replace(b"200 OK", b"503 Busy"), "responded with 'HTTP/1.1 503 Busy'"),
        (HEAD.replace(b"event-stream", b"html"), "its content type is not text/event-stream"),
        (HEAD + b"x\r\n", r"b'x' is no size of a chunk"),
        (HEAD + b"1\r\nab\r\n", "a chunk is longer than the 1 bytes that it says"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000, "its head does not end"),
        (HEAD + b"40000\r\n" + b"y" * 200_000, "an event does not end"),
    ],
)
def test_what_is_no_stream_is_refused(sent: bytes, message: str) -> None:
    with pytest.raises(Broken, match=message):
        Stream().feed(sent)


@pytest.mark.parametrize(
    ("since", "now", "together", "late"),
    [
        (0, 100, 1, [0]),
        (0, 130, 1, [30]),
        (0, 95, 1, [0]),
        (0, 100, 3, [200, 100, 0]),
        (0, 1000, 3, [900, 100, 0]),
    ],
)
def test_lateness_counts_from_the_event_before(
    since: int, now: int, together: int, late: list[int]
) -> None:
    assert lateness(since, now, 100, together) == late


@pytest.mark.parametrize(
    ("interval", "counted", "after"),
    [
        (1.5, 0, 7.5),
        (0.1, 0, 5),
        (1.5, 1.2, 2.5),
        (0.1, 0.5, 1.1),
        (1.5, 5, 5),
        (1.5, 60, 7.5),
    ],
)
def test_a_stream_is_silent_only_where_an_event_was_due(
    interval: float, counted: float, after: float
) -> None:
    assert silent_seconds(interval, counted) == pytest.approx(after)

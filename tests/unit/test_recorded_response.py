"""Responses of several stacks that are read once, and come to what each of them comes to alone."""

from dataclasses import replace

import pytest

from starlette_conformance import servers
from starlette_conformance.http.connection import Segment
from starlette_conformance.http.event_stream import EVENTS
from starlette_conformance.replay.recorded_response import recorded_response
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse

PORT = 40123
HEAD = b"HTTP/1.1 200 OK\r\nserver: uvicorn\r\n"
DATE = b"date: Tue, 01 Dec 2026 01:10:33 GMT\r\n"
ANOTHER = b"date: Wed, 02 Dec 2026 11:00:00 GMT\r\n"
BODY = b"content-length: 6\r\n\r\nHello!"


def raw(data: bytes, port: int = PORT, at: float = 0.1) -> RawResponse:
    received = Segment(at, data[:20]), Segment(2 * at, data[20:])
    return RawResponse("GET", port, received, "closed", True, False, servers.DEFAULT, alone=True)


def test_what_is_masked_anyway_makes_no_other_response() -> None:
    one = raw(HEAD + DATE + BODY)
    other = raw(HEAD + ANOTHER + BODY, PORT + 1, at=0.7)
    assert recorded_response(one) is recorded_response(other)
    assert recorded_response(one)[1]


@pytest.mark.parametrize(
    "data",
    [
        HEAD + DATE + BODY,
        HEAD + DATE + ANOTHER + BODY,
        HEAD + DATE.replace(b"GMT", b"UTC") + BODY,
        HEAD + DATE.replace(b"date: ", b"date:") + BODY,
        HEAD.replace(b"\r\n", b"\n") + DATE + BODY,
        HEAD + b"content-length: 47\r\n\r\n12345678\r\n" + DATE,
        (HEAD + b"content-length: 47\r\n\r\n12345678\r\n").replace(b"\r\n", b"\n") + b"\r\n" + DATE,
        HEAD + DATE + b"location: http://a:0/\r\n" + BODY,
        HEAD + DATE + b"location: http://a:%d/\r\n" % PORT + BODY,
        HEAD + DATE[:-2],
        HEAD + DATE,
        b"",
    ],
)
def test_each_comes_to_what_it_comes_to_alone(data: bytes) -> None:
    for port in (PORT, PORT + 1):
        whole = raw(data, port)
        alone = replace(WireResponse.of(whole), arrivals="", first=None)
        assert recorded_response(whole)[0] == alone


def test_of_a_stream_enough_are_so_many_events_and_then_a_client_that_leaves() -> None:
    head = HEAD + b"content-type: text/event-stream\r\n\r\n"
    few, enough = (head + b"data: 1\r\n\r\n" * number for number in (EVENTS - 1, EVENTS))
    left = [replace(raw(data), ended="left by the client", closed=False) for data in (few, enough)]
    assert [recorded_response(each)[1] for each in (*left, raw(enough))] == [False, True, False]

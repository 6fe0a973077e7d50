"""Exchanges: when each chunk arrived, and what a comparison with one means."""

from dataclasses import replace

import pytest

from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import Response, chunked
from tests.miniatures.raw_server import ENVIRONMENT

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


def received(*segments: Segment) -> Exchange:
    return Exchange(
        app="sse",
        environment=ENVIRONMENT,
        method="GET",
        sent=(Segment(1.0, b"GET / HTTP/1.1\r\n"), Segment(1.5, b"\r\n")),
        received=segments,
        ended="left by the client",
        closes=False,
        client_port=40000,
        at=0.0,
    )


def test_a_chunk_arrives_with_its_last_byte() -> None:
    exchange = received(
        Segment(2.0, HEAD),
        Segment(3.0, b"1\r\na\r\n"),  # exactly one
        Segment(4.0, b"1\r\nb\r"),  # all but a byte
        Segment(5.0, b"\n1\r\nc\r\n1\r\nd\r\n1"),  # that byte, two more, and half a size
        Segment(6.0, b"\r\ne\r\n"),
        Segment(7.0, b"1\r\n"),
    )
    assert exchange.arrivals() == [2.0, 4.0, 4.0, 4.0, 5.0]
    assert exchange.message.chunks == (b"a", b"b", b"c", b"d", b"e")


def test_an_answer_without_chunks_has_no_arrivals() -> None:
    assert received(Segment(2.0, b"HTTP/1.1 204 No Content\r\n\r\n")).arrivals() == []
    assert received().arrivals() == []


def test_an_exchange_equals_what_its_answer_amounts_to() -> None:
    whole = received(Segment(2.0, HEAD + b"1\r\na\r\n0\r\n\r\n"))
    answer = Response(200, {"transfer-encoding": "chunked"}, chunked(b"a"))
    assert whole == answer
    assert whole != replace(answer, status=201)
    assert whole == replace(answer, body=b"a")


def test_answers_that_came_together_are_compared_one_by_one() -> None:
    first, second = b"HTTP/1.1 204 No Content\r\n\r\n", HEAD + b"1\r\na\r\n0\r\n\r\n"
    exchange = replace(received(Segment(2.0, first + second[:9]), Segment(3.0, second[9:])))
    responses = [Response(204), Response(200, {"transfer-encoding": "chunked"}, chunked(b"a"))]
    assert exchange == responses
    assert replace(exchange, closes=True) == [responses[0], replace(responses[1], closes=True)]
    assert exchange != responses[:1]
    assert exchange != [*responses, Response(204)]
    assert exchange != responses[::-1]
    assert [
        str(difference) for difference in exchange.differences([*responses[:1], Response(200)])
    ] == [
        "response 2: header transfer-encoding\n  expected: nothing\n  received: 'chunked'",
        "response 2: body\n  expected: b'' (0 bytes)\n  received: b'a' (1 bytes)",
    ]


@pytest.mark.parametrize(
    ("data", "endings"),
    [
        (b"", ["no response: left by the client"]),
        (b"HTTP/1.1 204 No Content\r\n\r\nabc\r\n", ["whole", "not a status line: b'abc'"]),
        (b"HTTP/1.1 204 No Content\r\n\r\n" + HEAD, ["whole", "no last chunk: left by the client"]),
    ],
)
def test_the_last_of_several_answers_tells_how_it_ended(data: bytes, endings: list[str]) -> None:
    exchange = received(Segment(2.0, data))
    assert [answer.ending for answer in exchange.responses] == endings

"""The comparison that the specs use, against servers that have one defect each: it names each."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from starlette_conformance.http import connection
from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import Connection
from starlette_conformance.http.curl_commands import curl_command
from starlette_conformance.http.curl_transcripts import as_curl_prints
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.runs.failure_message import failure_lines
from tests.miniatures.bad_bodies import BAD_BODIES, CHUNK_THREE, CHUNK_TWO
from tests.miniatures.bad_heads import BAD_HEADS, NO_HEAD
from tests.miniatures.good_responses import GOOD, HELLO, LIMIT, NOT_ALLOWED, STREAM, Good
from tests.miniatures.raw_server import (
    ENVIRONMENT,
    client_of,
    closes,
    dated,
    keeps_open,
    miniature,
)

DEFECTS = BAD_HEADS | BAD_BODIES

Ask = Callable[[Client, Good, float], Exchange]


def by_httpx(client: Client, good: Good, seconds: float) -> Exchange:
    return client.request(good.method, "/", seconds=seconds)


def by_raw(client: Client, good: Good, seconds: float) -> Exchange:
    request = f"{good.method} / HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n\r\n"
    return client.raw(request.encode(), seconds=seconds)


both_ways = pytest.mark.parametrize("send", [by_httpx, by_raw], ids=["httpx", "raw"])


@both_ways
@pytest.mark.parametrize("name", GOOD)
def test_a_good_answer_is_as_expected(name: str, send: Ask) -> None:
    good = GOOD[name]
    with miniature(good.script(good.answer)) as server, client_of(server.port) as client:
        exchange = send(client, good, 10.0)
    assert exchange.differences(good.expected) == []
    assert exchange == good.expected


@both_ways
@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_named(name: str, send: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LIMIT", LIMIT)
    defect = DEFECTS[name]
    with miniature(defect.script(defect.answer)) as server, client_of(server.port) as client:
        exchange = send(client, defect.good, defect.seconds)
    found = exchange.differences(defect.good.expected)
    assert {difference.where: difference.received for difference in found} == defect.received
    assert [difference.where for difference in found] == list(defect.received)
    lines = failure_lines(exchange, defect.good.expected)
    for where, received in defect.received.items():
        assert lines[lines.index(where) + 2].startswith(f"  received: {received!r}")
    assert exchange != defect.good.expected


def test_a_failure_is_told_with_its_stack_and_how_to_repeat_it() -> None:
    defect = BAD_HEADS["no query in the redirect"]
    with miniature(keeps_open(defect.answer)) as server, client_of(server.port) as client:
        exchange = client.get("/user/Vader/?side=dark")
    assert failure_lines(exchange, defect.good.expected) == [
        "GET /user/Vader/?side=dark HTTP/1.1  (hello)",
        "header location",
        "  expected: 'http://127.0.0.1:8000/user/Vader?side=dark'",
        "  received: 'http://127.0.0.1:8000/user/Vader'",
        f"stack: {ENVIRONMENT}",
        "reproduce: starlette-conformance serve hello --stack miniature --port 8000",
        f"           {curl_command(exchange.request)}",
    ]


@both_ways
def test_a_port_where_nothing_listens_is_named(send: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with client_of(port) as client:
        exchange = send(client, HELLO, 10.0)
    found = {d.where: d.received for d in exchange.differences(HELLO.expected)}
    assert found == NO_HEAD | {"ending": "no response: no connection: Connection refused"}


NO_DEFECTS = {
    "headers in another order": (
        HELLO,
        HELLO.but(b"date: DATE\r\nserver: uvicorn", b"server: uvicorn\r\ndate: DATE"),
    ),
    "header names in capitals": (HELLO, HELLO.but(b"server", b"Server")),
    "spaces around a header value": (HELLO, HELLO.but(b" uvicorn", b"  \tuvicorn \t")),
    "Allow in another order": (NOT_ALLOWED, NOT_ALLOWED.but(b"GET, HEAD", b"HEAD, GET")),
    "another spelling of a chunk's size": (
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"0B")),
    ),
}


@both_ways
@pytest.mark.parametrize("name", NO_DEFECTS)
def test_what_means_the_same_is_as_expected(name: str, send: Ask) -> None:
    good, answer = NO_DEFECTS[name]
    with miniature(keeps_open(answer)) as server, client_of(server.port) as client:
        assert send(client, good, 10.0).differences(good.expected) == []


@both_ways
@pytest.mark.parametrize("name", GOOD)
def test_an_answer_may_come_byte_by_byte(name: str, send: Ask) -> None:
    def drips(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in dated(GOOD[name].answer):
            connection.sendall(bytes([byte]))
        GOOD[name].script(b"")(connection)

    with miniature(drips) as server, client_of(server.port) as client:
        assert send(client, GOOD[name], 10.0).differences(GOOD[name].expected) == []


LINES = ("date", "server", "content-length", "content-type")
SWAPPED = ("server", "date", "content-length", "content-type")


@both_ways
@pytest.mark.parametrize(
    ("name", "received"),
    [
        ("headers in another order", SWAPPED),
        ("header names in capitals", ("date", "Server", "content-length", "content-type")),
    ],
)
def test_order_and_case_count_where_an_expectation_has_the_lines(
    name: str, received: tuple[str, ...], send: Ask
) -> None:
    good, answer = NO_DEFECTS[name]
    expected = replace(good.expected, lines=LINES)
    with miniature(keeps_open(good.answer)) as server, client_of(server.port) as client:
        assert send(client, good, 10.0) == expected
    with miniature(keeps_open(answer)) as server, client_of(server.port) as client:
        exchange = send(client, good, 10.0)
    assert [(d.where, d.received) for d in exchange.differences(expected)] == [
        ("header lines", received)
    ]
    assert exchange != expected


def printed(answer: bytes) -> list[str]:
    with miniature(keeps_open(answer)) as server, client_of(server.port) as client:
        return as_curl_prints(by_raw(client, HELLO, 10.0))


@pytest.mark.parametrize("name", ["headers in another order", "header names in capitals"])
def test_a_transcript_compares_what_the_values_leave_out(name: str) -> None:
    good, answer = NO_DEFECTS[name]
    assert sorted(map(str.lower, printed(answer))) == sorted(map(str.lower, printed(good.answer)))
    assert printed(answer) != printed(good.answer)


def test_a_late_event_shows_in_the_arrivals(monkeypatch: pytest.MonkeyPatch) -> None:
    pause = 0.2
    arrived = threading.Event()
    receive = Connection.receive

    def receive_and_report(self: Connection) -> bytes:
        data = receive(self)
        arrived.set()
        return data

    def late(client_socket: socket.socket) -> None:
        client_socket.sendall(dated(STREAM.until(CHUNK_TWO)))
        assert arrived.wait(10)
        threading.Event().wait(pause)
        client_socket.sendall(CHUNK_THREE + b"0\r\n\r\n", socket.MSG_MORE)

    monkeypatch.setattr(Connection, "receive", receive_and_report)
    with miniature(late) as server, client_of(server.port) as client:
        exchange = client.get("/")
    first, second, third = exchange.arrivals()
    assert 0 < first <= second <= third - pause


def test_every_exchange_is_recorded() -> None:
    recorded: list[Exchange] = []
    with (
        miniature(closes(HELLO.answer)) as server,
        client_of(server.port, recorded.append) as client,
    ):
        exchanges = [client.get("/"), client.raw(b"GET / HTTP/1.1\r\n\r\n")]
    assert list(map(id, recorded)) == list(map(id, exchanges))

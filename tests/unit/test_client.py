"""The client: what it sends, when it stops receiving, and what it collects of the log."""

import os
import socket
import threading
import time

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import OVERTIME, Connection
from starlette_conformance.model.errors import Failure
from tests.miniatures.good_responses import HELLO, REDIRECT, STREAM
from tests.miniatures.raw_server import (
    ENVIRONMENT,
    SECONDS,
    Miniature,
    client_of,
    closes,
    dated,
    keeps_open,
    miniature,
    piped_log,
)

OWN = b"User-Agent: starlette-conformance\r\nAccept: */*\r\n"


def host(server: Miniature) -> bytes:
    return b"Host: 127.0.0.1:%d\r\n" % server.port


def test_a_request_is_sent_as_it_is_written() -> None:
    with miniature(keeps_open(HELLO.answer)) as server, client_of(server.port) as client:
        exchanges = [
            client.get("/a/../b/./c//%2e?x=a%20b&c"),
            client.get("/", {"accept": "é"}),
            client.get("/", [("X-A", "1"), ("x-a", b"\xe9"), ("X-A", "")]),
            client.head("/"),
            client.options("/"),
        ]
    assert [exchange.request for exchange in exchanges] == server.requests
    first, agent = b" / HTTP/1.1\r\n" + host(server), OWN.partition(b"Accept")[0]
    assert server.requests == [
        b"GET /a/../b/./c//%2e?x=a%20b&c HTTP/1.1\r\n" + host(server) + OWN + b"\r\n",
        b"GET" + first + agent + "accept: é\r\n\r\n".encode(),
        b"GET" + first + OWN + b"X-A: 1\r\nx-a: \xe9\r\nX-A: \r\n\r\n",
        b"HEAD" + first + OWN + b"\r\n",
        b"OPTIONS" + first + OWN + b"\r\n",
    ]


def test_a_body_is_sent_with_its_length() -> None:
    with miniature(keeps_open(HELLO.answer)) as server, client_of(server.port) as client:
        exchange = client.post("/", content=b"hi")
    head = b"POST / HTTP/1.1\r\n" + host(server) + OWN
    assert exchange.request == head + b"Content-Length: 2\r\n\r\nhi"


@pytest.mark.parametrize("target", ["/with space", "/é", "/\0"])
def test_what_httpx_will_not_send_is_told(target: str) -> None:
    with (
        miniature(keeps_open(HELLO.answer)) as server,
        client_of(server.port) as client,
        pytest.raises(ValueError, match="httpx will not send this request, `raw` does"),
    ):
        client.get(target)


def test_bytes_are_sent_as_they_are() -> None:
    request = b"GET /with space HTTP/1.1\nHost\r\n\r\n"
    with miniature(keeps_open(HELLO.answer)) as server, client_of(server.port) as client:
        exchange = client.raw(request)
    assert exchange.request == request
    assert server.requests == [request]


def test_the_answers_to_several_requests_are_received() -> None:
    second = threading.Event()

    def one_after_the_other(connection: socket.socket) -> None:
        connection.sendall(dated(REDIRECT.answer))
        second.wait(0.1)  # so that they come apart
        keeps_open(HELLO.answer)(connection)

    with miniature(one_after_the_other) as server, client_of(server.port) as client:
        exchange = client.raw(b"GET / HTTP/1.1\r\n\r\n" * 2, responses=2)
    assert exchange.response.status == 307
    assert exchange.data.count(b"HTTP/1.1 ") == 2
    assert exchange.data.endswith(b"Hello Starlette !!!")


def test_each_piece_is_sent_when_the_one_before_is_answered() -> None:
    first, second = b"GET /1 HTTP/1.1\r\n\r\n", b"GET /2 HTTP/1.1\r\n\r\n"
    came: list[bytes] = []

    def one_by_one(connection: socket.socket) -> None:
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        connection.settimeout(SECONDS)
        connection.sendall(dated(REDIRECT.answer))
        came.append(connection.recv(65536))
        keeps_open(HELLO.answer)(connection)

    with miniature(one_by_one) as server, client_of(server.port) as client:
        exchange = client.raw(first, second)
    assert [server.requests, came] == [[first], [second]]
    assert [answer.status for answer in exchange.responses] == [307, 200]


def test_nothing_is_sent_after_an_answer_that_announces_the_close() -> None:
    last = HELLO.answer.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    first = b"GET /1 HTTP/1.1\r\n\r\n"
    with miniature(closes(last)) as server, client_of(server.port) as client:
        exchange = client.raw(first, b"GET /2 HTTP/1.1\r\n\r\n")
    assert exchange.request == first
    assert exchange.response.closes


def test_the_sending_side_is_closed_at_once_where_that_is_asked() -> None:
    def waits_for_the_end(connection: socket.socket) -> None:
        assert not connection.recv(1)
        connection.sendall(dated(HELLO.answer))

    with miniature(waits_for_the_end) as server, client_of(server.port) as client:
        exchange = client.raw(b"GET / HTTP/1.1\r\n\r\n", half_close=True)
    assert exchange.response.status == 200


def test_a_stream_is_left_after_enough_chunks() -> None:
    left = threading.Event()

    def never_ends(connection: socket.socket) -> None:
        connection.sendall(dated(STREAM.without(b"0\r\n\r\n")))
        while connection.recv(65536):
            pass
        left.set()

    with miniature(never_ends) as server, client_of(server.port) as client:
        exchange = client.request("GET", "/", chunks=3)
        assert left.wait(SECONDS)
    assert exchange.ended == "left by the client"
    assert exchange.message.chunks == STREAM.expected.body.chunks


def test_a_server_that_never_stops_is_left_at_the_deadline() -> None:
    left = threading.Event()

    def drips(connection: socket.socket) -> None:
        while not left.wait(0.01):
            connection.sendall(b"H")

    with miniature(drips) as server, client_of(server.port) as client:
        exchange = client.raw(b"GET / HTTP/1.1\r\n\r\n", seconds=0.2)
        left.set()
    assert exchange.response.ending == "the head does not end: nothing more came within 0.2 s"


def test_what_lies_ready_at_the_deadline_is_taken_and_no_more() -> None:
    with miniature(keeps_open(HELLO.answer)) as server, Connection(server.port, 0.2) as connection:
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        connection.receive(1)
        time.sleep(0.25)
        late = 0
        while connection.receive(1):
            late += 1
    assert late == OVERTIME
    assert connection.ended == "bytes still came after 0.2 s"


def test_a_machine_that_lets_nobody_connect_is_no_answer() -> None:
    with pytest.raises(
        Failure, match=r"255\.255\.255\.255 cannot be reached: Network is unreachable"
    ):
        Connection(80, 1.0, "255.255.255.255")


def test_a_server_that_never_reads_is_left_at_the_deadline() -> None:
    left = threading.Event()

    def waits(_: socket.socket) -> None:
        left.wait(SECONDS)

    with miniature(waits) as server, client_of(server.port) as client:
        exchange = client.raw(b"GET / HTTP/1.1\r\n\r\n" + bytes(20_000_000), seconds=0.2)
        left.set()
    assert exchange.response.ending == "no response within 0.2 s"


def test_what_the_app_logs_meanwhile_is_collected() -> None:
    with piped_log() as (log, writing):

        def logs(connection: socket.socket) -> None:
            os.write(writing, b"meanwhile\n")
            keeps_open(HELLO.answer)(connection)

        os.write(writing, b"before\n")
        with miniature(logs) as server:
            client = Client("hello", ENVIRONMENT, server.port, log, lambda _: None)
            with client.logged() as lines:
                client.get("/")
        os.write(writing, b"after\n")
        assert lines == ["meanwhile"]
        assert log.lines() == ["before", "meanwhile", "after"]

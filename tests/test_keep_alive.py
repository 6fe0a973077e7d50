"""The client with keep-alive: what goes over the same connection, and what is noticed there."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness import connection
from harness.client import Client
from tests.answers import HELLO, LIMIT, REDIRECT
from tests.bad_bodies import BAD_BODIES
from tests.bad_heads import BAD_HEADS
from tests.miniatures import ENVIRONMENT, Miniature, Script, dated, miniature, piped_log

DEFECTS = BAD_HEADS | BAD_BODIES


def answers(*scripts: Callable[[socket.socket], None]) -> Script:
    """One script after another on the same connection, each after a request."""

    def script(connection: socket.socket) -> None:
        scripts[0](connection)
        for following in scripts[1:]:
            if not connection.recv(65536):
                return
            following(connection)
        connection.recv(65536)

    return script


def says(answer: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(dated(answer))


@contextmanager
def kept(script: Script) -> Iterator[tuple[Miniature, Client]]:
    with miniature(script) as server, piped_log() as (log, _):
        yield server, Client("hello", ENVIRONMENT, server.port, log, lambda _: None, True)


def test_requests_share_a_connection_that_stays_open() -> None:
    with kept(answers(says(HELLO.answer), says(REDIRECT.answer))) as (server, client):
        exchanges = [client.get("/"), client.get("/there")]
        client.close()
    assert [each.response.status for each in exchanges] == [200, 307]
    assert exchanges[0] == HELLO.expected
    assert exchanges[0].client_port == exchanges[1].client_port
    assert exchanges[1].request.startswith(b"GET /there ")
    assert len(server.requests) == 1


@pytest.mark.parametrize("option", ["close", "keep-alive"])
def test_an_announced_close_ends_it(option: str) -> None:
    answer = HELLO.answer.replace(b"\r\n\r\n", b"\r\nconnection: %b\r\n\r\n" % option.encode())

    def script(open_connection: socket.socket) -> None:
        open_connection.sendall(dated(answer))
        if option == "keep-alive":
            answers(says(b""), says(answer))(open_connection)

    with kept(script) as (server, client):
        exchanges = [client.get("/"), client.get("/")]
        client.close()
    assert [each.response.status for each in exchanges] == [200, 200]
    assert [each.closes for each in exchanges] == [option == "close"] * 2
    assert len(server.requests) == (2 if option == "close" else 1)


def test_a_request_goes_out_again_where_the_server_had_closed() -> None:
    idle = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(HELLO.answer))
        idle.wait(5)

    with kept(script) as (server, client):
        first = client.get("/")
        idle.set()
        second = client.get("/")
        client.close()
    assert first == HELLO.expected
    assert second.response.body == HELLO.expected.body
    assert len(server.requests) == 2


def test_what_follows_an_answer_late_is_noticed_at_the_next_request() -> None:
    late = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(HELLO.answer))
        late.wait(5)
        connection.sendall(b"!")
        answers(says(b""), says(HELLO.answer))(connection)

    with kept(script) as (_, client):
        first = client.get("/")
        late.set()
        second = client.get("/")
        client.close()
    assert first == HELLO.expected
    assert second.response.ending != "whole"
    assert second.data.startswith(b"!")


def test_what_follows_the_last_answer_is_noticed_in_the_end() -> None:
    late = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(HELLO.answer))
        late.wait(5)
        connection.sendall(b"!")

    with kept(script) as (_, client):
        assert client.get("/") == HELLO.expected
        late.set()
        with pytest.raises(AssertionError, match=r"after the last answer came b'!'"):
            client.close()


def test_a_stalled_connection_is_not_tried_again() -> None:
    stalls = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(HELLO.answer))
        stalls.wait(5)

    with kept(script) as (server, client):
        client.get("/")
        exchange = client.request("GET", "/", seconds=0.2)
        stalls.set()
    assert exchange.response.ending == "no answer: nothing more came within 0.2 s"
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_named_on_a_connection_in_use(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LIMIT", LIMIT)
    defect = DEFECTS[name]

    def script(open_connection: socket.socket) -> None:
        if server.requests[-1].startswith(b"GET /first "):
            open_connection.sendall(dated(HELLO.answer))
            open_connection.recv(65536)
        defect.script(defect.answer)(open_connection)

    with kept(script) as (server, client):
        assert client.get("/first") == HELLO.expected
        exchange = client.request(defect.good.method, "/", seconds=defect.seconds)
        client.close()
    found = exchange.differences(defect.good.expected)
    assert {difference.where: difference.received for difference in found} == defect.received

"""Many clients at once, and other starts: what blocks, what is tried again, what is only named."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import cast

import pytest

from starlette_conformance.cost import at_once, starts
from starlette_conformance.cost.least import MOST, TRIES, compared, of_least
from starlette_conformance.cost.starts import PLAIN, Pair
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.process.app_server import Server
from tests.miniatures.run_files import environment

WORKERS = "uvicorn --workers 2"
ONE_BY_ONE = """
import socket, sys, threading, time
turn = threading.Lock()
def serve(client):
    client.recv(65536)
    with turn:
        time.sleep(float(sys.argv[2]))
    client.sendall(b"HTTP/1.1 %s OK\\r\\n\\r\\n" % sys.argv[3].encode())
    client.close()
with socket.create_server(("127.0.0.1", 0), backlog=int(sys.argv[1])) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=serve, args=listener.accept()[:1]).start()
"""


@contextmanager
def one_by_one(backlog: int, seconds: float, status: str = "200") -> Iterator[tuple[Server, int]]:
    """A server that has one client wait for the others."""
    words = [sys.executable, "-c", ONE_BY_ONE, str(backlog), str(seconds), status]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield cast("Server", SimpleNamespace(pid=process.pid)), int(process.stdout.readline())
        finally:
            process.kill()


def test_clients_that_wait_for_each_other_wait_longer() -> None:
    with one_by_one(128, 0.03) as (_, port):
        assert at_once.crowd(port, "/", 8) > 8 * 0.03


def test_clients_that_the_queue_has_no_room_for_come_a_second_later() -> None:
    with one_by_one(32, 0) as (server, port):
        assert at_once.behind(server, port, 64) > 0.8


def test_a_wrong_response_to_one_of_many_cannot_be_told() -> None:
    wrong = pytest.raises(CannotTell, match=r"b'HTTP/1\.1 503 OK' is the response to one of 2")
    with one_by_one(128, 0, "503") as (_, port), wrong:
        at_once.crowd(port, "/", 2)


@pytest.mark.parametrize(
    ("one", "other", "new", "outcome"),
    [
        (0.03, 0.04, 0.09, "pass"),
        (0.03, 0.04, 0.1, "regression"),
        (0.001, 0.001, 0.016, "pass"),
        (0.001, 0.001, 0.018, "regression"),
    ],
)
def test_what_takes_twice_as_long_as_the_slower_of_two_equal_servers_blocks(
    one: float, other: float, new: float, outcome: str
) -> None:
    assert of_least("at_once", "seconds", one, other, new).outcome == outcome


@pytest.mark.parametrize(
    ("calm", "tries", "outcome"),
    [(0.03, TRIES + 1, "pass"), (0.9, MOST, "regression")],
)
def test_what_seems_slower_is_tried_again(calm: float, tries: int, outcome: str) -> None:
    new: list[float] = []

    def measure(role: str) -> float:
        if role != "new":
            return 0.03
        new.append(0.9 if len(new) < TRIES else calm)
        return new[-1]

    assert compared("at_once", "seconds", measure).outcome == outcome
    assert len(new) == tries


@pytest.mark.parametrize(("new", "outcome"), [(316, "pass"), (320, "pass"), (330, "regression")])
def test_modules_that_a_start_imports_block(new: int, outcome: str) -> None:
    assert at_once.of_modules(316, 316, new).outcome == outcome


def test_a_start_that_is_slow_on_both_stacks_is_named() -> None:
    found = {
        start: of_least("starts", "seconds", *seconds)
        for start, seconds in {
            PLAIN: (0.001, 0.001, 0.001),
            WORKERS: (0.044, 0.044, 0.044),
            "uvicorn --fd 0": (0.001, 0.001, 0.044),
        }.items()
    }
    (named,) = starts.slow(found)
    both = "44,000 µs on NEW and 44,000 µs on OLD; as usual, 1,000 µs"
    assert named == f"NOTE starts: by {WORKERS}, a response takes {both}"
    assert starts.slow({WORKERS: found[WORKERS]}) == []


def test_a_start_that_a_server_has_not_is_a_mistake_of_the_user() -> None:
    stack = environment("1.0.0")
    starts.check(Pair(PLAIN, WORKERS), stack, stack)
    with pytest.raises(UsageError, match="no start 'uvicorn --nope' of uvicorn; it has uvicorn"):
        starts.check(Pair(PLAIN, "uvicorn --nope"), stack, stack)


def test_it_is_waited_for_workers_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their parent says that it runs before."""
    stack = SimpleNamespace(app="wide", environment="some stack")
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))
        port = late.getsockname()[1]
        listening = threading.Timer(0.1, late.listen)
        listening.start()
        began = time.monotonic()
        starts._await_listening(cast("Server", stack), port)
        assert time.monotonic() - began > 0.05
        listening.join()
    monkeypatch.setattr(starts, "LISTEN_SECONDS", 0.05)
    with pytest.raises(CannotTell, match=r"starts: wide on some stack: nobody listens"):
        starts._await_listening(cast("Server", stack), port)

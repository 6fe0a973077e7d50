"""Steps about the workers of a server, on a miniature with two of them and a helper."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.steps import AwaitLines, SignalWorkers
from starlette_conformance.process.app_server import Server
from starlette_conformance.scenarios.workers import tend, workers

PARENT = """
import os, signal, socket, sys, time
if not os.fork():
    time.sleep(30)
listener = socket.create_server(("127.0.0.1", 0))
print(f"Uvicorn running on http://127.0.0.1:{listener.getsockname()[1]} (x)", flush=True)
for _ in range(2):
    if not os.fork():
        time.sleep(0.1)
        print("up", flush=True)
        time.sleep(30)
time.sleep(30)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "app.py").write_text(PARENT)
    environment = Environment("x", Path(sys.executable), "", {"uvicorn": "0"})
    started = Server(tmp_path / "app.py", environment, tmp_path)
    try:
        yield started
    finally:
        started.kill()


@pytest.mark.parametrize(("number", "left"), [(signal.SIGKILL, 1), (signal.SIGSTOP, 2)])
def test_a_worker_gets_a_signal_and_is_gone_if_that_kills_it(
    server: Server, number: signal.Signals, left: int
) -> None:
    port = server.port()
    tend(server, port, AwaitLines("up", 2, 20))
    first, second = workers(server, port)
    tend(server, port, SignalWorkers(number, 1))
    assert workers(server, port) == [first, second][-left:]
    assert second.status() == "sleeping"


def test_lines_of_the_log_are_waited_for_no_longer_than_that(server: Server) -> None:
    began = time.monotonic()
    tend(server, server.port(), AwaitLines("up", 3, 0.5))
    assert time.monotonic() - began >= 0.5
    assert [line for line in server.log.lines() if "up" in line] == ["up", "up"]


def test_the_steps_say_what_they_do() -> None:
    assert str(SignalWorkers(signal.SIGKILL, 2)) == "send SIGKILL to 2 workers of the server"
    assert str(AwaitLines("up", 2, 6)) == "wait up to 6 s until 'up' was logged 2 times"

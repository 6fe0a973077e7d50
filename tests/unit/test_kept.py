"""Scenarios that count what a server keeps, on an app of which each test says what it keeps."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.observations import EndsIn, FirstExitStatus, Kept
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Connect,
    Leave,
    MarkKept,
    Pause,
    Repeat,
    Send,
    Signal,
    StartAgain,
)
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.census import RUNNER
from starlette_conformance.process.launch import Under
from starlette_conformance.scenarios.performance import Performance

KEEPS = """
import asyncio

class Thing:
    def __init__(self):
        self.data = bytearray(b"x" * {size})
        self.parts = [[self], [self]]

kept, seconds = [], {seconds}

async def serve(reader, writer):
    thing = Thing()
    kept.append(thing)
    if seconds:
        asyncio.get_running_loop().call_later(seconds, kept.clear)
    await reader.read()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"Uvicorn running on http://127.0.0.1:{{port}} (x)", flush=True)
    await asyncio.sleep(99)

asyncio.run(main())
"""
"""It keeps a Thing of each connection, or for so many seconds."""

THINGS = Kept("things", ("Thing",))
STEPS = (MarkKept(), Repeat(3, (Connect("a"), Leave("a"))))
SCENARIO = Scenario("one", "hello", STEPS, {THINGS: "3", Kept("descriptors"): "0"})


@contextmanager
def keeping(folder: Path, seconds: float = 0, size: int = 1) -> Iterator[Server]:
    script = folder / "keeps.py"
    script.write_text(KEEPS.format(seconds=seconds, size=size))
    environment = Environment("x", Path(sys.executable), "", {"uvicorn": "0"})
    server = Server(script, environment, folder, under=Under(script=[str(RUNNER)]))
    try:
        yield server
    finally:
        server.kill()


def observed(scenario: Scenario, server: Server, port: int = 0) -> dict[str, Any]:
    performance = Performance(scenario, server, port or server.port())
    performance.play()
    assert performance.exchanges() == {}  # of 200 connections nobody reads the exchanges
    return performance.observed()


@pytest.mark.parametrize(("seconds", "kept"), [(0, "3"), (0.3, "0")])
def test_counts_what_stays_once_the_clients_have_left(
    tmp_path: Path, seconds: float, kept: str
) -> None:
    with keeping(tmp_path, seconds) as server:
        assert observed(SCENARIO, server) == {"things kept": kept, "descriptors kept": "0"}


@pytest.mark.parametrize(("size", "kept"), [(1, "0"), (12 << 20, "1")])
def test_counts_memory_in_whole_pieces(tmp_path: Path, size: int, kept: str) -> None:
    scenario = replace(SCENARIO, expected={Kept("memory"): "0"})
    with keeping(tmp_path, size=size) as server:
        assert observed(scenario, server) == {"memory kept": kept}


@pytest.mark.parametrize(("connections", "kept"), [(3, "0"), (200, "1")])
def test_counts_objects_of_any_type_by_500(tmp_path: Path, connections: int, kept: str) -> None:
    connect = Repeat(connections, (Connect("a"), Leave("a")))
    scenario = replace(SCENARIO, steps=(MarkKept(), connect), expected={Kept("objects"): "0"})
    with keeping(tmp_path) as server:
        assert observed(scenario, server) == {"objects kept": kept}


@pytest.mark.parametrize(("stopped", "end"), [(False, "not within 0.5 s"), (True, "within 9 s")])
def test_says_whether_a_server_ends_beside_its_clients(
    tmp_path: Path, stopped: bool, end: str
) -> None:
    seconds = float(end.split()[-2])
    scenario = replace(SCENARIO, steps=(), expected={EndsIn(seconds): end}, alone=True)
    with keeping(tmp_path) as server:
        port = server.port()
        if stopped:
            server.request_stop()
        assert observed(scenario, server, port) == {"end of the server": end}


STARTED = """
import signal, socket, sys
if {stays}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
listener = socket.create_server(("127.0.0.1", int(sys.argv[-1])))
print(f"Uvicorn running on http://127.0.0.1:{{listener.getsockname()[1]}} (x)", flush=True)
accepted = [listener.accept() for _ in range(99)]
"""


@pytest.mark.parametrize(("stays", "status"), [(False, "-15"), (True, "-9")])
def test_a_server_is_started_again_on_its_port(tmp_path: Path, stays: bool, status: str) -> None:
    (tmp_path / "app.py").write_text(STARTED.format(stays=stays))
    environment = Environment("x", Path(sys.executable), "", {"uvicorn": "0"})
    started: list[Server] = []

    def start(port: int) -> Server:
        started.append(Server(tmp_path / "app.py", environment, tmp_path, port=port))
        return started[-1]

    steps = (Connect("a"), Signal(signal.SIGTERM), StartAgain(0.5), Connect("b"))
    scenario = replace(SCENARIO, steps=steps, expected={FirstExitStatus(): status})
    server = start(0)
    port = server.port()
    performance = Performance(scenario, server, port, start)
    performance.play()
    assert performance.observed() == {"exit status before it was started again": status}
    assert performance.exchanges()["b"].ended == "left by the client"
    assert [each.ended_already() for each in started] == [True, True]


def test_a_server_that_is_counted_dies_with_the_harness(tmp_path: Path) -> None:
    """By SIGKILL, after which nobody can clean up."""
    code = f"""
import sys, time
from pathlib import Path
from tests.unit.test_kept import keeping
with keeping(Path({str(tmp_path)!r})) as server:
    server.port()
    print(server.pid, flush=True)
    time.sleep(99)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as harness:
        assert harness.stdout
        pid = int(harness.stdout.readline())
        assert psutil.pid_exists(pid)
        harness.kill()
    deadline = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def test_a_scenario_that_counts_has_a_server_of_its_own() -> None:
    assert SCENARIO.counts
    assert SCENARIO.is_probe
    assert SCENARIO.has_own_server
    assert not replace(SCENARIO, expected={}).is_probe
    assert replace(SCENARIO, expected={}, script="specs/x.py").is_probe


def test_says_in_words_what_is_repeated_and_counted() -> None:
    scenario = replace(SCENARIO, start="uvicorn", options=("--timeout-keep-alive", "60"))
    assert scenario.words == (
        "start hello by `uvicorn --timeout-keep-alive 60`",
        "count what the server keeps from here on",
        "3 times: a: connect; a: disconnect",
    )
    script = replace(SCENARIO, script="specs/x.py", options=("--layers", "1"))
    assert script.words[0] == "start specs/x.py (hello) with `--layers 1`"


def test_steps_of_a_round_are_on_connections() -> None:
    assert all(hasattr(step, "on") for step in (Send("a", b""), Leave("a")))
    assert not hasattr(Pause(1), "on")

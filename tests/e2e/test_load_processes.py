"""The small processes beside a generator: the null server, the raw reader, and their clocks."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from starlette_conformance.load import _null_server, _reference_reader
from starlette_conformance.load.cpu_clocks import Stopwatch
from starlette_conformance.load.results_file import Spread
from starlette_conformance.load.stream import Stream
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.raw_server import SECONDS

INTERVAL = 0.05


@pytest.fixture
def port() -> Iterator[int]:
    environment = Environment("null server", Path(sys.executable), "", {})
    arguments = ["--interval", str(INTERVAL)]
    server = Server(Path(_null_server.__file__), environment, Path(), arguments)
    try:
        yield server.port()
    finally:
        server.kill()


def test_the_null_server_counts_for_each_subscriber(port: int) -> None:
    with (
        socket.create_connection(("127.0.0.1", port), SECONDS) as first,
        socket.create_connection(("127.0.0.1", port), SECONDS) as second,
    ):
        for connection in (first, second):
            connection.sendall(b"GET /stream HTTP/1.1\r\n\r\n")
        for connection in (second, first):
            stream = Stream()
            while stream.number < 5:
                stream.feed(connection.recv(65536))
            assert stream.defects is None


def test_the_null_server_goes_on_when_a_subscriber_leaves(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), SECONDS) as left:
        left.sendall(b"GET /stream HTTP/1.1\r\n\r\n")
        left.recv(1)
    test_the_null_server_counts_for_each_subscriber(port)


def test_the_raw_reader_tells_when_events_came_and_how_late(port: int) -> None:
    begun = time.monotonic_ns()
    words = ["127.0.0.1", str(port), "/stream", "3", str(INTERVAL), "0.1"]
    with subprocess.Popen(
        [sys.executable, _reference_reader.__file__, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        time.sleep(20 * INTERVAL)
        said, _ = process.communicate(b"", SECONDS)
    seen = json.loads(said)
    assert all(begun <= when <= time.monotonic_ns() and late >= 0 for when, late in seen)
    assert len(seen) >= 3


def test_the_raw_readers_figures_are_those_of_a_histogram(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value that so many per cent of all do not exceed: of two, the greater is p99."""
    monkeypatch.syspath_prepend(str(ROOT / "loadtests"))
    raw = import_module("_raw")
    begun = time.monotonic_ns()
    said = json.dumps([[begun + 10**9, 3 * 10**6], [begun + 10**9, 10**6]])
    prints = ["-c", f"import sys; sys.stdin.read(); print({said!r})"]
    monkeypatch.setattr(raw, "guarded", lambda command: [command[0], *prints])
    reader = raw.Raw(("127.0.0.1", 1), "/stream", 20, INTERVAL, 0.1)
    reader.window_opens()
    monkeypatch.setattr(time, "monotonic_ns", lambda: begun + 2 * 10**9)
    reader.window_closes()
    assert reader.spread() == Spread(2, 1.0, 3.0, 3.0, 3.0, 3.0)


def test_a_stopwatch_counts_what_a_process_takes_of_a_core() -> None:
    watch = Stopwatch(os.getpid())
    while watch.cpu_seconds() < 0.05:
        pass
    share = watch.share()
    assert share.cores > 0
    assert share.waiting >= 0

"""Servers that specs of the edge suite start, and end, by themselves."""

import signal
from collections.abc import Callable, Iterator

import pytest

from harness.environments import Environment
from harness.project import script
from harness.servers import Server


@pytest.fixture(scope="session")
def start(
    environment: Environment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int], Server]]:
    """Start hello at a port, or with 0 at one that the kernel picks."""
    started: list[Server] = []

    def new(port: int) -> Server:
        folder = tmp_path_factory.mktemp("hello")
        started.append(Server(script("hello"), environment, folder, ["--port", str(port)]))
        return started[-1]

    yield new
    for server in started:
        server.kill()


@pytest.fixture(scope="session", autouse=True)
def to_be_ended(
    request: pytest.FixtureRequest, start: Callable[[int], Server]
) -> dict[signal.Signals, Server]:
    """A server for each signal, starting up while other specs are judged."""
    wanted = any("to_be_ended" in _arguments(item) for item in request.session.items)
    return {by: start(0) for by in (signal.SIGTERM, signal.SIGINT) if wanted}


def _arguments(item: pytest.Item) -> tuple[str, ...]:
    return item._fixtureinfo.argnames if isinstance(item, pytest.Function) else ()

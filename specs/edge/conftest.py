"""Servers that specs of the edge suite start, and end, by themselves."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from specs.edge import idling
from specs.ledger.site import SITE
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script


@pytest.fixture(scope="session")
def start(environment: Environment) -> Iterator[Callable[..., Server]]:
    """Start an app, hello, at a port, or with 0 at one that the kernel picks."""
    started: list[Server] = []

    def new(port: int, app: str = "hello", *arguments: str) -> Server:
        folder = site_fixture.lay_out(SITE)
        started.append(Server(script(app), environment, folder, arguments, port=port))
        return started[-1]

    yield new
    for server in started:
        server.kill()


@pytest.fixture(scope="session", autouse=True)
def to_be_ended(
    request: pytest.FixtureRequest, start: Callable[[int], Server]
) -> dict[signal.Signals, Server]:
    """A server for each signal, starting up while other specs are judged."""
    wanted = _is_wanted("to_be_ended", request.session)
    return {by: start(0) for by in (signal.SIGTERM, signal.SIGINT) if wanted}


@pytest.fixture(scope="session", autouse=True)
def paused(
    request: pytest.FixtureRequest, start: Callable[..., Server]
) -> Iterator[dict[str, Future[Any]]]:
    """Connections on which a client pauses, all of them while other specs are judged."""
    if not _is_wanted("paused", request.session):
        yield {}
        return
    server = start(0, "sse", "--interval", "0.4")
    with ThreadPoolExecutor(len(idling.IDLE) + 1) as pool:
        paused: dict[str, Future[Any]] = {
            name: pool.submit(lambda idle: idling.end_of(server.port(), idle), idle)
            for name, idle in idling.IDLE.items()
        }
        paused["dates"] = pool.submit(lambda: idling.dates(server.port()))
        yield paused


def _is_wanted(fixture: str, session: pytest.Session) -> bool:
    functions = (item for item in session.items if isinstance(item, pytest.Function))
    return any(fixture in item._fixtureinfo.argnames for item in functions)

"""The fixture of a user's own specs: `app`, a client of their app on the stack."""

from collections.abc import Iterator, Mapping

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStop
from starlette_conformance.pytest_plugin.session import Judging
from starlette_conformance.userapp import user_app
from starlette_conformance.userapp.app_process import AppProcess


@pytest.fixture(scope="session")
def servers(environment: Environment, judging: Judging) -> Iterator[Mapping[str, AppProcess]]:
    """The app, in a process of its own."""
    assert judging.own
    server = judging.own.start(environment)
    try:
        yield {"app": server}
    finally:
        try:
            server.stop_well()
        except DidNotStop as fault:  # pytest would blame the first spec of the next stack
            judging.stayed(environment.name, str(fault))


@pytest.fixture(scope="session")
def app(servers: Mapping[str, AppProcess], judging: Judging) -> Client:
    """A client of the app that `--app` names."""
    server = servers["app"]

    def record(exchange: Exchange) -> None:
        judging.run(server.environment.name).exchange(judging.spec, exchange)

    port = user_app.port(server)
    return Client(server.app, server.environment, port, server.log, record)

"""What the specs of streams share: the app at other paces, and a client that listens."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from specs.ledger.streams import GET
from specs.sse.test_clients import Subscription
from specs.streams.subscriptions import Listen, listening
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.pytest_plugin.session import Judging

ENDS = b"\r\n\r\n\r\n"
"""An empty line, and the end of the chunk: so ends a ping, and so does an event."""

Pinged = tuple[Exchange, datetime]
"""A ping and an event, and the time by the clock of the wall when the first of them had come."""


def client(servers: dict[str, Server], name: str) -> Client:
    server = servers[name]
    return Client(server.app, server.environment, server.port(), server.log, lambda _: None)


@pytest.fixture(scope="session")
def slow_sse(servers: dict[str, Server]) -> Client:
    """An event every 0.4 s: slow enough for a client to leave between two of them."""
    return client(servers, "slow_sse")


@pytest.fixture(scope="session")
def silent_sse(servers: dict[str, Server]) -> Client:
    """No event for 40 s. A stream that a spec leaves behind disturbs no other one here."""
    return client(servers, "silent_sse")


@pytest.fixture
def listen(environment: Environment, judging: Judging) -> Listen:
    """Read so many events, leave, and put what passed into the run file."""

    def listened(app: Client, events: int, request: bytes = GET) -> Exchange:
        with listening(app, events, request) as subscription:
            pass
        exchange = Exchange.of("sse", environment, "GET", subscription, closes=False)
        judging.run(environment.name).exchange(judging.spec, exchange)
        return exchange

    return listened


def read_one(subscription: Subscription) -> None:
    """Read one more ping or event."""
    so_far = subscription.data.count(ENDS)
    while subscription.data.count(ENDS) == so_far and not subscription.ended:
        subscription.read(1)


@pytest.fixture(scope="session", autouse=True)
def pinging(servers: dict[str, Server]) -> Iterator[Future[Pinged] | None]:
    """A stream until its first ping and its first event, read while other specs are judged."""
    if "silent_stream" not in servers:
        yield None
        return

    def read() -> Pinged:
        app = client(servers, "silent_stream")
        with listening(app, seconds=20) as subscription:
            read_one(subscription)
            came = datetime.now(UTC)
            read_one(subscription)
        return Exchange.of("sse", app.environment, "GET", subscription, closes=False), came

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(read)


@pytest.fixture
def silent_stream(pinging: Future[Pinged], environment: Environment, judging: Judging) -> Pinged:
    """A stream whose first event is due half a second after its first ping, until both came."""
    pinged = pinging.result()
    judging.run(environment.name).exchange(judging.spec, pinged[0], "silent_stream")
    return pinged

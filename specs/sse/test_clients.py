"""sse: clients that leave abruptly, pause, close one side only, or come from elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from specs.ledger.changes import CLOSE_ANNOUNCED
from specs.ledger.cors import GRANTED, HEADERS, ORIGIN, TO_ANY_ORIGIN, preflight, refused
from specs.ledger.responses import not_allowed, not_found, without_body
from specs.ledger.streams import GET
from specs.sse.test_sse import EVENTS, stream
from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import Connection
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, by_parser, since
from starlette_conformance.pytest_plugin.session import Judging

CHUNK = len(b"b\r\n" + EVENTS[0] + b"\r\n")
"""What an event of one digit takes on the wire."""


class Subscription(Connection):
    """A connection that reads no byte beyond what it was asked to read."""

    def read_head(self) -> None:
        ahead = self.peek()
        while ahead and b"\r\n\r\n" not in self.data + ahead:
            self.receive(len(ahead))
            ahead = self.peek()
        head, end, _ = (self.data + ahead).partition(b"\r\n\r\n")
        self.read(len(head + end) - len(self.data))

    def read(self, size: int) -> None:
        """The next bytes, so many; less only where the connection ends."""
        wanted = len(self.data) + size
        while len(self.data) < wanted and self.receive(wanted - len(self.data)):
            pass


Keep = Callable[[Subscription], Exchange]


@pytest.fixture
def keep(environment: Environment, judging: Judging) -> Keep:
    """Leave a connection, and put what passed on it into the run file."""

    def kept(connection: Subscription) -> Exchange:
        connection.leave()
        exchange = Exchange.of("sse", environment, "GET", connection, closes=False)
        judging.run(environment.name).exchange(judging.spec, exchange)
        return exchange

    return kept


@contextmanager
def connected(client: Client, request: bytes = GET) -> Iterator[Subscription]:
    connection = Subscription(client.port, 4, client.host)
    with connection:
        connection.send(request)
        yield connection


def subscribe(client: Client, events: int, keep: Keep) -> Exchange:
    """So many events, and not those that come with the last one where the machine is busy."""
    with connected(client) as connection:
        connection.read_head()
        connection.read(events * CHUNK)
        return keep(connection)


def leaves_within_the_head(client: Client) -> None:
    with connected(client, GET[:20]):
        pass


def leaves_within_a_body(client: Client) -> None:
    request = b"POST /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"
    with connected(client, request):
        pass


def leaves_at_once(client: Client) -> None:
    with connected(client):
        pass


def resets_at_once(client: Client) -> None:
    with connected(client) as connection:
        connection.reset()


def resets_within_an_event(client: Client) -> None:
    with connected(client) as connection:
        connection.read_head()
        connection.read(CHUNK // 2)
        connection.reset()


def half_closes_at_once(client: Client) -> None:
    with connected(client) as connection:
        connection.half_close()
        connection.read_to_end()


WAYS_TO_LEAVE = (
    leaves_within_the_head,
    leaves_within_a_body,
    leaves_at_once,
    resets_at_once,
    resets_within_an_event,
    half_closes_at_once,
)


@pytest.mark.source("RFC 9112 section 9.5")
def test_serves_others_after_clients_that_leave_abruptly(sse: Client, keep: Keep) -> None:
    with sse.logged() as lines:
        for leave in WAYS_TO_LEAVE:
            leave(sse)
        after = subscribe(sse, 2, keep)  # by then it wrote to those that had left
    assert after == stream(2)
    assert [line for line in lines if not line.startswith("INFO")] == []


@pytest.mark.source("RFC 9112 section 9.6")
def test_ends_the_stream_of_a_client_that_closes_its_side(sse: Client, keep: Keep) -> None:
    with sse.logged() as lines, connected(sse) as connection:
        connection.read_head()
        connection.read(CHUNK)
        connection.half_close()
        connection.read_to_end()
    exchange = keep(connection)
    seen = len(exchange.message.chunks or ())  # one more where it was on its way
    assert exchange == replace(stream(seen), ending="no last chunk: closed by the server")
    assert [line for line in lines if not line.startswith("INFO")] == []


@pytest.mark.source("HTML #server-sent-events-intro")
def test_keeps_the_events_of_a_client_that_pauses(sse: Client, keep: Keep) -> None:
    with connected(sse) as connection:
        connection.read_head()
        connection.read(CHUNK)
        meanwhile = subscribe(sse, 2, keep)
        connection.read(2 * CHUNK)
        exchange = keep(connection)
    assert meanwhile == stream(2)
    assert exchange == stream(3)


@pytest.mark.source("RFC 9112 section 6.1", "RFC 9112 section 9.3")
def test_streams_to_a_client_of_http_1_0(sse: Client, keep: Keep) -> None:
    whole = stream(2)
    ends_with_the_connection = replace(
        whole,
        headers=whole.headers | {"connection": "close", "transfer-encoding": ABSENT},
        body=b"".join(EVENTS[:2]),
        ending="the body does not end: left by the client",
    )
    both = {"connection": since(CLOSE_ANNOUNCED, ("keep-alive", "close"), before="keep-alive")}
    in_chunks = replace(whole, headers=whole.headers | both)
    request = b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    with connected(sse, request) as connection:
        connection.read_head()
        connection.read(2 * (CHUNK if sse.environment.parser == "httptools" else len(EVENTS[0])))
        exchange = keep(connection)
    assert exchange == by_parser(h11=ends_with_the_connection, httptools=in_chunks)


@pytest.mark.source("Fetch #http-cors-protocol")
def test_is_readable_from_every_origin_when_it_fails(sse: Client) -> None:
    assert sse.get("/missing", ORIGIN) == not_found(TO_ANY_ORIGIN)
    assert sse.post("/stream", ORIGIN) == not_allowed(TO_ANY_ORIGIN)


@pytest.mark.source("Fetch #http-cors-protocol", "RFC 9110 section 9.3.2")
def test_shows_its_head_to_every_origin(sse: Client) -> None:
    request = GET.replace(b"GET", b"HEAD")[:-2] + b"Origin: https://example.org\r\n\r\n"
    assert sse.raw(request) == without_body(stream(0, TO_ANY_ORIGIN))


@pytest.mark.source("Fetch #cors-preflight-fetch")
def test_grants_a_preflight_for_the_stream(sse: Client) -> None:
    assert sse.options("/stream", preflight("GET")) == GRANTED
    last = preflight("GET", (HEADERS, "Last-Event-ID"))
    assert sse.options("/stream", last) == refused("headers")

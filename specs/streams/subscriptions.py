"""Clients that listen to the stream of the sse app."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from specs.ledger.streams import EVENTS, GET
from specs.sse.test_clients import Subscription
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange

Listen = Callable[..., Exchange]
"""Read so many events of a stream, leave, and give the exchange, which is in the run file."""


def framed(events: int) -> bytes:
    """The body with so many events, as it stands on the wire."""
    return b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in EVENTS[:events])


@contextmanager
def listening(
    client: Client, events: int = 0, request: bytes = GET, seconds: float = 10.0
) -> Iterator[Subscription]:
    """A client that has read the head and so many events, and not a byte more."""
    subscription = Subscription(client.port, seconds, client.host)
    with subscription:
        subscription.send(request)
        subscription.read_head()
        subscription.read(len(framed(events)))
        yield subscription

"""sse: what becomes of a stream whose client leaves, and of the others."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from specs.ledger.changes import LEAVING_STOPS_STREAM
from specs.ledger.streams import stream
from specs.sse.test_clients import Subscription
from specs.streams.subscriptions import Listen, framed, listening
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, since
from starlette_conformance.model.log_lines import Lines

HELD = {"01", "08"}
"""proc(5), tcp: ESTABLISHED, and CLOSE_WAIT, when the client has left and the server has not."""

SECONDS = 5.0


def closes(subscription: Subscription) -> None:
    subscription.leave()


def resets(subscription: Subscription) -> None:
    subscription.reset()


def closes_its_side(subscription: Subscription) -> None:
    subscription.half_close()
    subscription.read_to_the_end()
    assert subscription.closed_by_server


Leave = Callable[[Subscription], None]
LEAVING: list[Leave] = [closes, resets, closes_its_side]


def held(port: int) -> set[int]:
    """The ports of the clients to which the server on a port holds a connection."""
    found = set()
    for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, remote, state, *_ = row.split()
        if state in HELD and int(local[-4:], 16) == port:
            found.add(int(remote[-4:], 16))
    return found


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("leaves", LEAVING)
def test_stops_counting_for_a_client_that(slow_sse: Client, listen: Listen, leaves: Leave) -> None:
    with listening(slow_sse, 1) as subscription, slow_sse.logged() as lines:
        leaves(subscription)
        stayed = listen(slow_sse, 2)
    assert stayed == stream(2)
    # The second event of the one that left would come before that of the one that stayed.
    counted = "INFO TIME - Event: {'data': 2}"
    left = "INFO TIME - Client disconnected !!!"
    found = [line for line in lines if line in (counted, left)]
    assert Lines(found, slow_sse.environment) == [
        since(LEAVING_STOPS_STREAM, ABSENT, before=counted),
        since(LEAVING_STOPS_STREAM, ABSENT, before=left),
        counted,
    ]


@pytest.mark.source("RFC 9112 section 9.6")
@pytest.mark.parametrize("leaves", LEAVING)
def test_lets_go_of_the_connection_of_a_client_that(slow_sse: Client, leaves: Leave) -> None:
    with listening(slow_sse, 1) as first, listening(slow_sse, 1) as second:
        ports = {first.client_port, second.client_port}
        assert ports <= held(slow_sse.port)
        leaves(first)
        leaves(second)
    deadline = time.monotonic() + SECONDS
    while (left := ports & held(slow_sse.port)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left == set()


@pytest.mark.source("primer sse")
@pytest.mark.parametrize("leaves", LEAVING)
def test_goes_on_for_one_beside_a_client_that(
    slow_sse: Client, listen: Listen, leaves: Leave
) -> None:
    with listening(slow_sse, 1) as stays, listening(slow_sse, 1) as subscription:
        leaves(subscription)
        stays.read(len(framed(2)) - len(framed(1)))
        body = stays.data.partition(b"\r\n\r\n")[2]
    assert body == framed(2)
    assert listen(slow_sse, 1) == stream(1)

"""sse: the pings that keep a stream open, on which nothing else passes for a while."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from specs.ledger.changes import PING_TIME_HAS_ZONE, PINGS_ARE_COMMENTS, PINGS_ARE_EVENTS
from specs.ledger.streams import EVENTS, LEFT, STREAM
from specs.streams.conftest import Pinged
from starlette_conformance.model.expectations import Response, chunked, history

TIME = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?")
"""As str(datetime) has it: no fraction once in a million times."""


def time_in(ping: bytes) -> bytes:
    found = TIME.search(ping)
    assert found, f"no time in {ping!r}"
    return found[0]


@pytest.mark.source("sse-starlette docs README", "HTML #authoring-notes")
def test_pings_with_the_time_and_goes_on(silent_stream: Pinged) -> None:
    exchange, _ = silent_stream
    time = time_in(exchange.message.body)
    pings = history(
        chunked(b"data: : ping %s\r\n\r\n" % time, EVENTS[0]),
        (PINGS_ARE_EVENTS, chunked(b"event: ping\r\ndata: %s\r\n\r\n" % time, EVENTS[0])),
        (PINGS_ARE_COMMENTS, chunked(b": ping - %s\r\n\r\n" % time, EVENTS[0])),
        (PING_TIME_HAS_ZONE, chunked(b": ping - %s+00:00\r\n\r\n" % time, EVENTS[0])),
    )
    # The ping is due half a second before the event, by one clock: late cores do not turn them.
    assert exchange == Response(200, STREAM, pings, ending=LEFT)


@pytest.mark.source("sse-starlette docs README")
def test_pings_with_the_time_of_now_in_utc(silent_stream: Pinged) -> None:
    exchange, came = silent_stream
    time = datetime.fromisoformat(time_in(exchange.message.body).decode()).replace(tzinfo=UTC)
    assert timedelta(0) <= came - time < timedelta(seconds=5)  # late by as much as the cores are


@pytest.mark.source("sse-starlette docs README")
def test_pings_after_fifteen_seconds(silent_stream: Pinged) -> None:
    exchange, _ = silent_stream
    arrival = exchange.arrivals()[0]
    # Either time is taken late where the cores are busy, and never early: 0.1 s and 1.5 s of that
    # are allowed for. It is far from the other paces that one might choose, 10 s and 20 s.
    assert 14.9 <= arrival - exchange.head_arrival() < 16.5

"""sse: a page that counts to five by Server-Sent Events, and the stream that it listens to.

The stream never ends by itself. Most specs run it with an event every 0.02 s.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from specs.ledger.changes import CORS_VARIES_ALWAYS, HEAD_OPENS_NO_STREAM, STREAM_NOT_STORED
from specs.ledger.cors import ORIGIN, TO_ANY_ORIGIN
from specs.ledger.greetings import PAGE
from specs.ledger.responses import (
    CORS,
    HTML,
    OTHER_METHODS,
    content,
    documented_start,
    not_allowed,
    not_found,
    redirect,
    response_to,
    start_lines,
    without_body,
)
from specs.ledger.streams import STREAM
from specs.ledger.transcripts import WAYS, replay, transcript
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import Response, by_parser, chunked, since
from starlette_conformance.model.log_lines import Lines

INTERVAL = 1.5
"""primer sse: seconds between two events."""

TRIES = 4
"""Streams that are read until one is in time."""

EVENTS = tuple(f"data: {number}\r\n\r\n".encode() for number in range(1, 10))


def stream(events: int, headers: Mapping[str, object] = CORS) -> Response:
    """A stream that the client left after so many events, each in a chunk of its own."""
    body = chunked(*EVENTS[:events])
    ending = "no last chunk: left by the client"
    return Response(200, STREAM | dict(headers), body, ending=ending)


def subscribe(client: Client, events: int, headers: dict[str, str] | None = None) -> Exchange:
    return client.request("GET", "/stream", headers or {}, chunks=events)


@pytest.mark.source("primer sse")
@pytest.mark.parametrize("way", WAYS)
def test_streams_as_in_the_transcript(sse: Client, way: str) -> None:
    last_header = "< content-type: text/event-stream; charset=utf-8"
    framing = "< transfer-encoding: chunked"
    stored, kept = "< cache-control: no-store", "< cache-control: no-cache"
    expected = transcript("sse").changed(
        {
            stored: [since(STREAM_NOT_STORED, stored, before=kept)],
            last_header: [last_header, since(CORS_VARIES_ALWAYS, "< vary: Origin")],
            framing: [by_parser(h11="< Transfer-Encoding: chunked", httptools=framing)],
        }
    )
    assert replay("sse", sse, way) == expected


@pytest.mark.source("primer sse", "HTML #parsing-an-event-stream")
def test_counts_from_one_an_event_a_chunk(sse: Client) -> None:
    assert subscribe(sse, 5) == stream(5)


@pytest.mark.source("primer sse")
def test_sends_an_event_every_second_and_a_half(
    documented_sse: Client, documented_stream: Exchange
) -> None:
    """A busy machine makes an event late once; a server that is slower makes it late each time."""
    early, late = 0.005, INTERVAL / 2  # a timer of libuv counts whole milliseconds
    assert documented_stream == stream(2)
    delays = [seconds_late(documented_stream)]
    while max(delays[-1]) >= late and len(delays) < TRIES:
        delays.append(seconds_late(subscribe(documented_sse, 2)))
    assert min(map(min, delays)) >= -early
    assert max(delays[-1]) < late


def seconds_late(exchange: Exchange) -> list[float]:
    """How long after it was due each event came."""
    return [arrival - number * INTERVAL for number, arrival in enumerate(exchange.arrivals(), 1)]


@pytest.mark.source("HTML #server-sent-events-intro")
def test_sends_the_head_before_there_is_an_event(documented_stream: Exchange) -> None:
    first, _ = documented_stream.arrivals()
    assert first - documented_stream.head_arrival() > INTERVAL / 2
    assert documented_stream == stream(2)


@pytest.mark.source("RFC 9112 section 9.6")
def test_streams_to_a_client_that_wants_the_connection_closed(sse: Client) -> None:
    kept = {"connection": by_parser(h11="close", httptools=("keep-alive", "close"))}
    expected = stream(2)
    expected = replace(expected, headers=expected.headers | kept)
    assert subscribe(sse, 2, {"Connection": "close"}) == expected


@pytest.mark.source("primer sse")
def test_counts_for_each_subscriber_from_one(sse: Client) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda events: subscribe(sse, events), (6, 3))
    assert first == stream(6)
    assert second == stream(3)


@pytest.mark.source("primer sse")
def test_starts_anew_for_a_client_that_comes_back(sse: Client) -> None:
    assert subscribe(sse, 2) == stream(2)
    assert subscribe(sse, 2, {"Last-Event-ID": "2"}) == stream(2)


@pytest.mark.source("Fetch #http-cors-protocol")
def test_streams_to_every_origin(sse: Client) -> None:
    assert subscribe(sse, 1, ORIGIN) == stream(1, TO_ANY_ORIGIN)


@pytest.mark.source("primer sse")
def test_stops_counting_for_a_client_that_leaves(sse: Client) -> None:
    with sse.logged() as lines:
        left, stayed = subscribe(sse, 2), subscribe(sse, 4)
    assert left == stream(2)
    # Had it gone on, its events would stand between those of the one that stayed.
    counted = [accepted("GET", stayed)[1], *counting(1, 2, 3, 4)]
    assert lines.between(f":{stayed.client_port} - ", "Event: {'data': 4}") == counted


def accepted(method: str, exchange: Exchange) -> list[str]:
    return [
        f"INFO TIME - Received request: {method} on /stream",
        f'INFO:     127.0.0.1:{exchange.client_port} - "{method} /stream HTTP/1.1" 200 OK',
    ]


def counting(*numbers: int) -> list[str]:
    return [
        line
        for number in numbers
        for line in (
            "INFO TIME - Check if client disconnected ...",
            f"INFO TIME - Event: {{'data': {number}}}",
        )
    ]


@pytest.mark.source("RFC 9110 section 9.3.2")
def test_answers_head_with_the_head_of_the_stream(sse: Client) -> None:
    with sse.logged() as lines:
        headed, after = sse.head("/stream"), subscribe(sse, 1)
    assert headed == without_body(stream(0))
    begun = Lines(
        lines.between("Received request: HEAD", "Received request: GET")[:3], lines.environment
    )
    following = since(HEAD_OPENS_NO_STREAM, accepted("GET", after)[0], before=counting(1)[0])
    assert begun == [*accepted("HEAD", headed), following]


def page(headers: Mapping[str, object] = CORS) -> Response:
    return Response(200, content(PAGE, HTML, headers), PAGE)


@pytest.mark.source("primer sse", "RFC 9110 section 9.3.2")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/", "/?data=5"])
def test_serves_the_page(sse: Client, method: str, target: str) -> None:
    assert sse.request(method, target) == response_to(method, page())


@pytest.mark.source("Fetch #http-cors-protocol")
def test_serves_the_page_to_every_origin(sse: Client) -> None:
    assert sse.get("/", ORIGIN) == page(TO_ANY_ORIGIN)


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("target", ["/", "/stream"])
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_allows_get_and_head_only(sse: Client, method: str, target: str) -> None:
    assert sse.request(method, target) == not_allowed(CORS)


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize("target", ["/missing", "/stream/1", "/Stream", "//stream"])
def test_finds_nothing_elsewhere(sse: Client, target: str) -> None:
    assert sse.get(target) == not_found(CORS)


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("query", ["", "?from=1&to=5"])
def test_redirects_a_trailing_slash_and_keeps_the_query(
    sse: Client, query: str, method: str
) -> None:
    location = f"http://{sse.authority}/stream{query}"
    expected = response_to(method, redirect(location, CORS))
    assert sse.request(method, f"/stream/{query}") == expected


@pytest.mark.source("primer log lines")
def test_logs_its_start(sse: Client) -> None:
    assert start_lines(sse) == documented_start(sse)


@pytest.mark.source("primer sse")
def test_logs_method_and_path_of_a_request_for_the_page(sse: Client) -> None:
    with sse.logged() as lines:
        exchange = sse.get("/?a=1")
    assert lines == [
        "INFO TIME - Received request: GET on /",
        f'INFO:     127.0.0.1:{exchange.client_port} - "GET /?a=1 HTTP/1.1" 200 OK',
    ]

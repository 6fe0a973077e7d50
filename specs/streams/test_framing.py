"""sse: how the stream is framed, whatever the client asks for."""

from dataclasses import replace

import pytest

from specs.ledger.changes import EXPECTATION_HEARD, HEAD_OPENS_NO_STREAM
from specs.ledger.streams import framed, stream
from specs.streams.scenarios import AFTER_HEAD, HEAD_OF_STREAM, HEAD_THEN_HEAD, WARNING
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import CONTINUE, by_parser, since
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play

REQUEST_HEADERS = {
    "for a page": ("Accept", "text/html"),
    "for events": ("Accept", "text/event-stream"),
    "for what followed": ("Last-Event-ID", "7"),
    "for a part": ("Range", "bytes=0-3"),
    "for what is new": ("If-None-Match", "*"),
    "for what is compressed": ("Accept-Encoding", "gzip, br"),
    "for what is fresh": ("Cache-Control", "no-cache"),
    "for an open connection": ("Connection", "keep-alive"),
}


@pytest.mark.source("RFC 9112 section 7.1", "HTML #parsing-an-event-stream")
def test_sends_an_event_a_chunk(sse: Client) -> None:
    exchange = sse.request("GET", "/stream", chunks=12)
    assert exchange == stream(12)
    assert exchange.data.partition(b"\r\n\r\n")[2] == framed(12)


@pytest.mark.source("HTML #server-sent-events-intro")
@pytest.mark.parametrize("name", REQUEST_HEADERS)
def test_streams_alike_to_whoever_asks(sse: Client, name: str) -> None:
    header, value = REQUEST_HEADERS[name]
    assert sse.request("GET", "/stream", {header: value}, chunks=2) == stream(2)


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_a_continue_where_it_listens_first(sse: Client, method: str) -> None:
    begun = stream(1) if method == "GET" else HEAD_OF_STREAM
    exchange = sse.request(method, "/stream", {"Expect": "100-continue"}, chunks=1)
    assert exchange == replace(begun, interim=since(EXPECTATION_HEARD, (CONTINUE,), before=()))


@pytest.mark.source("RFC 9110 section 9.3.2")
def test_answers_head_with_the_head_of_the_stream(sse: Client) -> None:
    assert sse.head("/stream") == HEAD_OF_STREAM


@pytest.mark.source("RFC 9112 section 9.6")
def test_closes_after_head_where_that_is_asked_for(sse: Client) -> None:
    closes = since(HEAD_OPENS_NO_STREAM, True, before=False)
    connection = by_parser(h11="close", httptools=("keep-alive", "close"))
    headers = HEAD_OF_STREAM.headers | {"connection": connection}
    closing = replace(HEAD_OF_STREAM, headers=headers, closes=closes)
    assert sse.head("/stream", {"Connection": "close"}) == closing


@pytest.mark.source("RFC 9110 section 9.3.2")
@pytest.mark.parametrize("scenario", [AFTER_HEAD])
def test_counts_for_nobody_after_head(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("scenario", [HEAD_THEN_HEAD])
def test_answers_the_request_after_head(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs responses")
@pytest.mark.parametrize("scenario", [WARNING])
def test_streams_without_a_warning(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

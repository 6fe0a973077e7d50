"""sse: how the stream is framed, whatever the client asks for."""

from dataclasses import replace

import pytest

from specs.ledger.changes import DEPRECATED_WAIT, EXPECTATION_HEARD, HEAD_OPENS_NO_STREAM
from specs.ledger.responses import without_body
from specs.ledger.streams import GET, stream
from specs.streams.subscriptions import Listen, framed, listening
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, by_parser, since
from starlette_conformance.model.log_lines import Lines

HEAD = b"HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD_ELSEWHERE = b"HEAD /missing HTTP/1.1\r\nHost: localhost\r\n\r\n"

HEAD_OF_STREAM = without_body(stream(0))

REQUEST_HEADERS = {
    "for a page": "Accept: text/html",
    "for events": "Accept: text/event-stream",
    "for what followed": "Last-Event-ID: 7",
    "for a part": "Range: bytes=0-3",
    "for what is new": "If-None-Match: *",
    "for what is compressed": "Accept-Encoding: gzip, br",
    "for what is fresh": "Cache-Control: no-cache",
    "for an open connection": "Connection: keep-alive",
}


@pytest.mark.source("RFC 9112 section 7.1", "HTML #parsing-an-event-stream")
def test_sends_an_event_a_chunk(sse: Client, listen: Listen) -> None:
    exchange = listen(sse, 12)
    assert exchange == stream(12)
    assert exchange.data.partition(b"\r\n\r\n")[2] == framed(12)


@pytest.mark.source("HTML #server-sent-events-intro")
@pytest.mark.parametrize("name", REQUEST_HEADERS)
def test_streams_alike_to_whoever_asks(sse: Client, listen: Listen, name: str) -> None:
    request = GET.replace(b"\r\n\r\n", b"\r\n%s\r\n\r\n" % REQUEST_HEADERS[name].encode())
    assert listen(sse, 2, request) == stream(2)


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_a_continue_where_it_listens_first(sse: Client, method: str) -> None:
    begun = stream(1) if method == "GET" else HEAD_OF_STREAM
    exchange = sse.request(method, "/stream", {"Expect": "100-continue"}, chunks=1)
    assert exchange == replace(begun, interim=since(EXPECTATION_HEARD, (100,), before=()))


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
def test_counts_for_nobody_after_head(slow_sse: Client, listen: Listen) -> None:
    with slow_sse.logged() as lines, listening(slow_sse, 0, HEAD):
        assert listen(slow_sse, 2) == stream(2)
    begun = Lines([line for line in lines if "{'data': 1}" in line], slow_sse.environment)
    one = "INFO TIME - Event: {'data': 1}"
    assert begun == [one, since(HEAD_OPENS_NO_STREAM, ABSENT, before=one)]


@pytest.mark.source("RFC 9112 section 9.3")
def test_answers_the_request_after_head(silent_sse: Client) -> None:
    with listening(silent_sse, 0, HEAD, seconds=1.5) as connection:
        head = len(connection.data)
        connection.send(HEAD_ELSEWHERE)
        while b"\r\n\r\n" not in connection.data[head:] and connection.receive():
            pass
    status = connection.data[head:].decode().partition("\r\n")[0]
    expected = [since(HEAD_OPENS_NO_STREAM, "HTTP/1.1 404 Not Found", before="")]
    assert Lines([status], silent_sse.environment) == expected


@pytest.mark.source("starlette docs responses")
def test_streams_without_a_warning(sse: Client, listen: Listen) -> None:
    assert listen(sse, 1) == stream(1)
    warned = [line.partition("Warning: ")[2] for line in sse.log.lines() if "Warning: " in line]
    said = "run_until_first_complete is deprecated and will be removed in a future version."
    assert Lines(warned, sse.environment) == [since(DEPRECATED_WAIT, said)]

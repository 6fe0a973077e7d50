"""hello: several requests on a connection, and when it closes."""

import pytest

from specs.edge.connection_scenarios import (
    AT_ONCE,
    BYTE_BY_BYTE,
    MANY_CLIENTS,
    ONE_AFTER_THE_OTHER,
    TARGET_IN_PIECES,
)
from specs.ledger.changes import (
    CLOSE_HEEDED,
    H11_STOPS_AT_CLOSE,
    INVALID_ANSWERED,
)
from specs.ledger.raw_requests import (
    BY_HTTP_1_0,
    CLOSES,
    GOODBYE,
    LAST,
    NEXT,
    NOT_ALLOWED,
    NOT_FOUND,
    NOTHING,
    REFUSED,
    UNFRAMED,
    before_more,
    then,
)
from specs.ledger.responses import (
    BAD_REQUEST,
    GREETING,
    last,
    raw_request,
    until_it_closes,
    without_body,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, history, since
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play

MISSING = raw_request(b"GET /missing HTTP/1.1")
POSTED = raw_request(b"POST / HTTP/1.1", b"Content-Length: 3\r\n", b"abc")
OLD = raw_request(b"GET / HTTP/1.0")
BROKEN = b"hello\r\n\r\n"

TOGETHER = {
    "two": (NEXT + LAST, [GREETING, GOODBYE]),
    "unlike ones": (NEXT + MISSING + POSTED + LAST, [GREETING, NOT_FOUND, NOT_ALLOWED, GOODBYE]),
    "HTTP/1.0 last": (NEXT + OLD, [GREETING, BY_HTTP_1_0]),
}
UNUSUAL = (b"CLOSE", b"Close", b"foo, close", b"close, keep-alive")
OTHERS = (
    *(b"keep-alive", b"Keep-Alive", b"KEEP-ALIVE", b"foo"),
    *(b"closed", b"Closed", b"x-close", b"close-notify", b"keep-alive, x-close"),
)
"""Some have the word in another one."""
FOLLOWING = {"a request": NEXT, "anything": b"abc", "much": NEXT * 100}


@pytest.mark.source("RFC 9112 section 9.3.2")
@pytest.mark.parametrize("name", TOGETHER)
def test_answers_requests_that_come_together_in_their_order(hello: Client, name: str) -> None:
    requests, responses = TOGETHER[name]
    assert until_it_closes(hello, requests) == responses


@pytest.mark.source("RFC 9112 section 9.3.2", "RFC 9110 section 9.3.2")
def test_answers_head_after_head(hello: Client) -> None:
    line = b"HEAD / HTTP/1.1"
    requests = raw_request(line) + raw_request(line, b"Connection: close\r\n")
    assert until_it_closes(hello, requests) == [
        without_body(GREETING),
        last(without_body(GREETING)),
    ]


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_puts_a_request_together_that_comes_in_pieces(hello: Client) -> None:
    assert until_it_closes(hello, NEXT + NEXT[:10], NEXT[10:] + LAST) == [
        GREETING,
        GREETING,
        GOODBYE,
    ]


@pytest.mark.source("RFC 9112 section 9.3.2", "RFC 9112 section 3.2")
@pytest.mark.parametrize("scenario", [TARGET_IN_PIECES])
def test_puts_a_target_together_that_comes_in_pieces(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.3", "RFC 9112 section 7.1")
@pytest.mark.parametrize("scenario", [AT_ONCE, BYTE_BY_BYTE, ONE_AFTER_THE_OTHER, MANY_CLIENTS])
def test_answers_each_request_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.3")
def test_answers_one_request_after_the_other(hello: Client) -> None:
    responses = [GREETING, NOT_FOUND, NOT_ALLOWED, GOODBYE]
    assert until_it_closes(hello, NEXT, MISSING, POSTED, LAST) == responses


@pytest.mark.source("RFC 9112 section 2.2")
def test_expects_a_line_break_between_requests_as_its_parser_does(hello: Client) -> None:
    h11 = since(INVALID_ANSWERED, [GREETING, UNFRAMED], before=[CLOSES])
    responses = by_parser(h11=h11, httptools=[GREETING, GOODBYE])
    assert until_it_closes(hello, NEXT + b"\r\n" + LAST) == responses


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_answers_none_of_those_before_an_invalid_one_with_httptools(hello: Client) -> None:
    assert until_it_closes(hello, NEXT + BROKEN) == then(GREETING, REFUSED)
    two = since(INVALID_ANSWERED, [GREETING, GREETING, UNFRAMED], before=[GREETING, CLOSES])
    assert until_it_closes(hello, NEXT * 2 + BROKEN) == by_parser(h11=two, httptools=[REFUSED])


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_answers_an_invalid_request_after_an_answer(hello: Client) -> None:
    refused = by_parser(h11=UNFRAMED, httptools=BAD_REQUEST)
    responses = since(INVALID_ANSWERED, [GREETING, refused], before=[CLOSES])
    assert until_it_closes(hello, NEXT, BROKEN) == responses


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_reads_nothing_after_an_invalid_request(hello: Client) -> None:
    assert until_it_closes(hello, BROKEN + NEXT) == REFUSED


@pytest.mark.source("RFC 9112 section 9.6", "uvicorn docs settings")
@pytest.mark.parametrize("name", FOLLOWING)
def test_reads_nothing_after_a_last_request(hello: Client, name: str) -> None:
    response = before_more(GOODBYE, UNFRAMED)
    assert until_it_closes(hello, LAST + FOLLOWING[name]) == [response]


@pytest.mark.source("RFC 9112 section 9.6", "RFC 9112 section 9.3")
def test_reads_nothing_after_a_request_of_http_1_0(hello: Client) -> None:
    assert until_it_closes(hello, OLD + NEXT) == [before_more(BY_HTTP_1_0)]


@pytest.mark.source("RFC 9112 section 9.6", "RFC 9112 section 2.2")
def test_overlooks_a_line_break_after_a_last_request_with_httptools(hello: Client) -> None:
    h11 = history(NOTHING, (INVALID_ANSWERED, UNFRAMED), (H11_STOPS_AT_CLOSE, GOODBYE))
    assert until_it_closes(hello, LAST + b"\r\n") == by_parser(h11=h11, httptools=GOODBYE)


@pytest.mark.source("RFC 9112 section 9.6", "RFC 9110 section 7.6.1")
@pytest.mark.parametrize("wish", [b"close", b"Close", b"CLOSE"])
@pytest.mark.parametrize(
    ("line", "response"),
    [
        (b"GET /missing HTTP/1.1", NOT_FOUND),
        (b"POST / HTTP/1.1", NOT_ALLOWED),
        (b"HEAD / HTTP/1.1", without_body(GREETING)),
    ],
)
def test_closes_whatever_the_answer(
    hello: Client, line: bytes, response: Response, wish: bytes
) -> None:
    kept = response if wish in UNUSUAL else last(response)
    httptools = since(CLOSE_HEEDED, last(response), before=kept)
    request = raw_request(line, b"Connection: %b\r\n" % wish)
    assert hello.raw(request) == by_parser(h11=last(response), httptools=httptools)


@pytest.mark.source("RFC 9112 section 9.6", "RFC 9110 section 7.6.1")
@pytest.mark.parametrize("wish", UNUSUAL)
def test_closes_where_its_parser_understands_the_wish(hello: Client, wish: bytes) -> None:
    response = by_parser(h11=GOODBYE, httptools=since(CLOSE_HEEDED, GOODBYE, before=GREETING))
    assert hello.raw(raw_request(headers=b"Connection: %b\r\n" % wish)) == response


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("wish", OTHERS)
def test_keeps_the_connection_for_any_other_wish(hello: Client, wish: bytes) -> None:
    request = raw_request(headers=b"Connection: %b\r\n" % wish)
    assert until_it_closes(hello, request, LAST) == [GREETING, GOODBYE]


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("headers", [b"", b"Connection: keep-alive\r\n", b"Connection: close\r\n"])
def test_keeps_no_connection_of_http_1_0(hello: Client, headers: bytes) -> None:
    response = BY_HTTP_1_0 if b"close" not in headers else GOODBYE
    assert until_it_closes(hello, raw_request(b"GET / HTTP/1.0", headers)) == response


@pytest.mark.source("RFC 9112 section 8", "RFC 9112 section 9.5")
@pytest.mark.parametrize("data", [b"", b"GET / HT", NEXT[:-2]])
def test_answers_nothing_to_a_client_that_leaves_early(hello: Client, data: bytes) -> None:
    assert hello.raw(data, half_close=True) == NOTHING


@pytest.mark.source("RFC 9112 section 9.6")
def test_answers_a_client_that_has_closed_its_side(hello: Client) -> None:
    assert until_it_closes(hello, NEXT, half_close=True) == CLOSES

"""hello: requests to speak another protocol, and to be told to go on; it does neither."""

import pytest

from specs.edge.handshake_scenarios import TAKEN_OR_NOT
from specs.ledger.changes import CLOSE_HEEDED, UPGRADES_IGNORED
from specs.ledger.handshakes import has_library
from specs.ledger.raw_requests import CHUNKED, GOODBYE, LAST, NOT_ALLOWED, NOT_FOUND, REFUSED, then
from specs.ledger.responses import GREETING, raw_request, until_it_closes
from specs.ledger.upgrades import BY_H11, HANDSHAKES, NO_TUNNEL, UPGRADES, ignored
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import by_parser, history, since
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play

POST = b"POST / HTTP/1.1"
CLOSING = b"Upgrade: h2c\r\nConnection: close, Upgrade\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EXPECTED = b"Content-Length: 3\r\nExpect: 100-continue\r\n"


def is_read(hello: Client, name: str) -> bool:
    """Whether a library reads it, and closes: to wait for one more response is to wait for that."""
    return name in HANDSHAKES and has_library(hello.environment)


@pytest.mark.source("RFC 9110 section 7.8", "RFC 6455 section 4.2.1", "uvicorn docs installation")
@pytest.mark.parametrize("name", UPGRADES)
def test_upgrades_to_nothing(hello: Client, name: str) -> None:
    for line, response in (
        (b"GET / HTTP/1.1", GREETING),
        (b"GET /missing HTTP/1.1", NOT_FOUND),
        (POST, NOT_ALLOWED),
    ):
        read = is_read(hello, name)
        if line != POST or not read:
            exchange = hello.raw(raw_request(line, UPGRADES[name]), responses=1 + read)
            assert exchange == ignored(name, [response])


@pytest.mark.source("RFC 6455 section 4.2.1", "uvicorn docs installation")
@pytest.mark.parametrize("scenario", [TAKEN_OR_NOT])
def test_handles_a_handshake_as_a_get_unless_it_finds_a_library(
    play: Play, scenario: Scenario
) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9110 section 7.8")
@pytest.mark.parametrize("name", UPGRADES)
def test_goes_on_after_no_upgrade(hello: Client, name: str) -> None:
    responses = ignored(name, [GREETING, GOODBYE])
    pieces = [raw_request(headers=UPGRADES[name]), *([] if is_read(hello, name) else [LAST])]
    assert until_it_closes(hello, *pieces) == responses


@pytest.mark.source("RFC 9110 section 7.8", "RFC 9112 section 9.3.2")
@pytest.mark.parametrize("name", UPGRADES)
def test_drops_what_comes_with_an_upgrade_with_httptools(hello: Client, name: str) -> None:
    follows = raw_request(b"GET /missing HTTP/1.1")
    if is_read(hello, name):
        handshake = raw_request(headers=UPGRADES[name])
        assert hello.raw(handshake + follows, responses=2) == [HANDSHAKES[name]]
        return
    request = raw_request(POST, UPGRADES[name] + b"Content-Length: 3\r\n", b"abc")
    responses = by_parser(h11=[NOT_ALLOWED, NOT_FOUND], httptools=[NOT_ALLOWED])
    count = 2 if hello.environment.parser == "h11" else 1
    assert hello.raw(request + follows, responses=count) == ignored(name, responses)


@pytest.mark.source("RFC 9110 section 7.8", "RFC 9112 section 9.6")
def test_closes_after_no_upgrade(hello: Client) -> None:
    httptools = history(NO_TUNNEL, (UPGRADES_IGNORED, GREETING), (CLOSE_HEEDED, GOODBYE))
    h11 = since(UPGRADES_IGNORED, GOODBYE, before=BY_H11)
    assert hello.raw(raw_request(headers=CLOSING)) == by_parser(h11=h11, httptools=httptools)


@pytest.mark.source("RFC 9110 section 7.8")
def test_reads_no_upgrade_from_one_header_alone(hello: Client) -> None:
    assert hello.raw(raw_request(headers=b"Upgrade: websocket\r\n")) == GREETING
    alone = since(UPGRADES_IGNORED, GREETING, before=by_parser(h11=BY_H11, httptools=GREETING))
    assert hello.raw(raw_request(headers=b"Connection: Upgrade\r\n")) == alone


@pytest.mark.source("RFC 9113 section 3.4")
def test_speaks_no_http_2(hello: Client) -> None:
    assert until_it_closes(hello, PREFACE) == then(NOT_FOUND, REFUSED)


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize("expectation", [b"100-continue", b"100-Continue", b"magic"])
@pytest.mark.parametrize("framing", [b"", b"Content-Length: 3\r\n", CHUNKED])
def test_expects_no_body(hello: Client, expectation: bytes, framing: bytes) -> None:
    headers = b"Expect: %b\r\n%b" % (expectation, framing)
    assert hello.raw(raw_request(headers=headers)) == GREETING
    assert hello.raw(raw_request(b"POST / HTTP/1.1", headers)) == NOT_ALLOWED


@pytest.mark.source("RFC 9110 section 10.1.1")
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_reads_a_body_that_was_not_called_for(hello: Client, method: bytes) -> None:
    response = GREETING if method == b"GET" else NOT_ALLOWED
    request = raw_request(method + b" / HTTP/1.1", EXPECTED)
    assert until_it_closes(hello, request, b"abc" + LAST) == [response, GOODBYE]
    assert until_it_closes(hello, request + b"abc" + LAST) == [response, GOODBYE]


@pytest.mark.source("RFC 9110 section 10.1.1", "RFC 9112 section 9.6")
def test_closes_before_a_body_that_was_not_called_for(hello: Client) -> None:
    assert hello.raw(raw_request(headers=EXPECTED + b"Connection: close\r\n")) == GOODBYE

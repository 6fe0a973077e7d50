"""hello: plain text at one route."""

import pytest

from specs.ledger.responses import (
    GREETING,
    OTHER_METHODS,
    documented_start,
    not_allowed,
    not_found,
    start_lines,
    without_body,
)
from specs.ledger.transcripts import WAYS, replay, transcript
from starlette_conformance.http.client import Client


@pytest.mark.source("primer hello")
@pytest.mark.parametrize("way", WAYS)
def test_answers_as_in_the_transcript(hello: Client, way: str) -> None:
    assert replay("hello", hello, way) == transcript("hello").lines


@pytest.mark.source("primer hello")
@pytest.mark.parametrize("target", ["/", "/?", "/?name=Vader", "/?/missing"])
def test_greets_whatever_the_query(hello: Client, target: str) -> None:
    assert hello.get(target) == GREETING


@pytest.mark.source("RFC 9110 section 9.3.2")
def test_answers_head_as_get_without_the_body(hello: Client) -> None:
    assert hello.head("/") == without_body(GREETING)


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_allows_get_and_head_only(hello: Client, method: str) -> None:
    assert hello.request(method, "/") == not_allowed()


@pytest.mark.source("RFC 9110 section 15.5.5")
@pytest.mark.parametrize("target", ["/missing", "//", "/index.html", "/%2F", "/missing?to=/"])
def test_finds_nothing_elsewhere(hello: Client, target: str) -> None:
    assert hello.get(target) == not_found()


@pytest.mark.source("RFC 9110 section 15.5.5")
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_finds_nothing_elsewhere_whatever_the_method(hello: Client, method: str) -> None:
    assert hello.request(method, "/missing") == not_found()


@pytest.mark.source("RFC 9110 section 9.3.2")
def test_answers_head_elsewhere_without_a_body(hello: Client) -> None:
    assert hello.head("/missing") == without_body(not_found())


@pytest.mark.source("primer log lines")
def test_logs_its_start(hello: Client) -> None:
    assert start_lines(hello) == documented_start(hello)


@pytest.mark.source("primer hello")
def test_logs_each_request(hello: Client) -> None:
    with hello.logged() as lines:
        got, headed, missed = hello.get("/"), hello.head("/"), hello.get("/missing")
    assert lines == [
        "INFO TIME - Received request: GET",
        f'INFO:     127.0.0.1:{got.client_port} - "GET / HTTP/1.1" 200 OK',
        "INFO TIME - Received request: HEAD",
        f'INFO:     127.0.0.1:{headed.client_port} - "HEAD / HTTP/1.1" 200 OK',
        f'INFO:     127.0.0.1:{missed.client_port} - "GET /missing HTTP/1.1" 404 Not Found',
    ]

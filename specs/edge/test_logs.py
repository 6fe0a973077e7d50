"""hello: what it logs of requests, valid and not."""

from typing import Any

import pytest

from specs.edge.logs import CANCELLED, RECEIVED, TRACEBACK, access, own_lines, said
from specs.ledger.changes import (
    ENDS_OF_CONNECTIONS_LOGGED,
    INVALID_ANSWERED,
    LOGGED_ONCE,
    LOGGING_UNCONFIGURED,
    NO_TRACEBACK_OF_INVALID,
    PROTOCOL_ERRORS_SHORT,
    UPGRADES_IGNORED,
    UPGRADES_WARNED_OF_ONCE,
)
from specs.ledger.raw_requests import CHUNKED, LAST, NEXT
from specs.ledger.responses import WEBSOCKET, raw_request, until_it_closes
from specs.ledger.upgrades import LACKING_LOGGED, UNSUPPORTED
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import ABSENT, by_parser, history, since
from starlette_conformance.model.log_lines import Lines

PROTOCOL_ERROR = (
    "h11._util.LocalProtocolError: can't handle event type Response when role=SERVER and "
    "state=MUST_CLOSE"
)
DURING = "During handling of the above exception, another exception occurred:"
UPGRADES = {
    "WebSocket": WEBSOCKET,
    "h2c": b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n",
}
OK, MISSING = "200 OK", "404 Not Found"
TARGETS = {
    b"/": ("/", OK),
    b"/?": ("/", OK),
    b"/?a=%1b&b=%41": ("/?a=%1b&b=%41", OK),
    b'/?"': ('/?"', OK),
    b"/a%0Ab": ("/a%0Ab", MISSING),
    b"/a%20b%3Fc": ("/a%20b%3Fc", MISSING),
    b"/%41%2F": ("/A/", MISSING),
    b"/%C3%A9": ("/%C3%A9", MISSING),
    b"/%ff": ("/%EF%BF%BD", MISSING),
    b"/a+b;c|d": ("/a%2Bb%3Bc%7Cd", MISSING),
    b"/%25": ("/%25", MISSING),
    b"//example.org/": ("//example.org/", MISSING),
}


@pytest.fixture(autouse=True)
def started(hello: Client) -> None:
    """Once it responds, all lines of its start are there: the last may be logged twice."""
    hello.raw(LAST)


def logged(hello: Client, *requests: bytes) -> tuple[list[Exchange], Lines]:
    """One exchange after the other, and what was logged meanwhile."""
    with hello.logged() as lines:
        exchanges = [until_it_closes(hello, request) for request in requests]
    return exchanges, Lines(own_lines(lines), hello.environment)


def getting(target: bytes) -> bytes:
    return raw_request(b"GET %b HTTP/1.1" % target, b"Connection: close\r\n")


@pytest.mark.source("uvicorn docs settings", "primer log lines")
@pytest.mark.parametrize("target", TARGETS)
def test_logs_a_target_as_the_app_sees_it(hello: Client, target: bytes) -> None:
    [exchange], lines = logged(hello, getting(target))
    path, status = TARGETS[target]
    received = [RECEIVED] if status == OK else []
    assert lines == [*received, access(exchange, f"GET {path} HTTP/1.1", status)]


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.2")
def test_logs_a_target_as_its_parser_reads_it(hello: Client) -> None:
    [cut, whole], lines = logged(hello, getting(b"/?a#f"), getting(b"http://example.org/x"))
    assert lines == [
        RECEIVED,
        by_parser(h11=access(cut, "GET /?a#f HTTP/1.1"), httptools=access(cut, "GET /?a HTTP/1.1")),
        by_parser(
            h11=access(whole, "GET http%3A//example.org/x HTTP/1.1", MISSING),
            httptools=access(whole, "GET /x HTTP/1.1", MISSING),
        ),
    ]


@pytest.mark.source("uvicorn docs settings")
def test_logs_each_request_of_a_connection(hello: Client) -> None:
    [exchange], lines = logged(hello, NEXT + NEXT + raw_request(b"POST / HTTP/1.0"))
    greeted = [RECEIVED, access(exchange, "GET / HTTP/1.1")]
    refused = access(exchange, "POST / HTTP/1.0", "405 Method Not Allowed")
    assert lines == [*greeted, *greeted, refused]


@pytest.mark.source("uvicorn docs settings")
def test_logs_nothing_at_the_end_of_a_connection(hello: Client) -> None:
    with hello.logged() as lines:
        first, second = hello.raw(LAST), hello.raw(LAST)
    begins = [next(filter(line.startswith, CANCELLED), line) for line in lines if line[:1] != " "]
    start, until = (each for each, line in enumerate(begins) if line == RECEIVED)
    cancelled = [since(ENDS_OF_CONNECTIONS_LOGGED, line) for line in CANCELLED]
    greeted = [RECEIVED, access(first, "GET / HTTP/1.1")]
    shown = Lines(begins[start : until + 2], hello.environment)
    assert shown == [*greeted, *cancelled, RECEIVED, access(second, "GET / HTTP/1.1")]


def invalid(because: Any) -> list[Any]:
    """What is said of an invalid request, by uvicorn and once by the app's root logger."""
    own, doubled = said("WARNING", "Invalid HTTP request received.")
    tracebacks = [
        since(NO_TRACEBACK_OF_INVALID, ABSENT, before=line) for line in (TRACEBACK, because)
    ]
    return [own, *tracebacks, doubled, *tracebacks]


@pytest.mark.source("RFC 9112 section 2.2", "uvicorn docs settings")
def test_logs_that_a_request_is_invalid(hello: Client) -> None:
    _, lines = logged(hello, b"hello\r\n\r\n")
    assert lines == invalid(
        by_parser(
            h11="h11._util.RemoteProtocolError: illegal request line: bytearray(b'hello')",
            httptools="httptools.parser.errors.HttpParserInvalidMethodError: Invalid method "
            "encountered",
        )
    )


@pytest.mark.source("RFC 9112 section 7.1", "uvicorn docs settings")
def test_logs_an_answer_that_an_invalid_chunk_foiled(hello: Client) -> None:
    [foiled, following], lines = logged(hello, raw_request(headers=CHUNKED, body=b"zz\r\n"), LAST)
    because = by_parser(
        h11="h11._util.RemoteProtocolError: illegal chunk header: bytearray(b'zz\\r\\n')",
        httptools="httptools.parser.errors.HttpParserError: Invalid character in chunk size",
    )
    own, doubled = said("ERROR", "Exception in ASGI application")
    first = ("KeyError: <class 'h11._events.Response'>", DURING, TRACEBACK)
    longer = (since(PROTOCOL_ERRORS_SHORT, ABSENT, before=line) for line in first)
    trace = (TRACEBACK, *longer, PROTOCOL_ERROR)
    failure = [
        own,
        *(since(LOGGING_UNCONFIGURED, ABSENT, before=line) for line in trace),
        doubled,
        *(since(LOGGED_ONCE, ABSENT, before=line) for line in trace),
    ]
    assert lines == [
        *invalid(because),
        RECEIVED,
        access(foiled, "GET / HTTP/1.1"),
        *(since(INVALID_ANSWERED, by_parser(h11=line, httptools=ABSENT)) for line in failure),
        RECEIVED,
        access(following, "GET / HTTP/1.1"),
    ]


@pytest.mark.source("RFC 9110 section 7.8", "uvicorn docs installation")
@pytest.mark.parametrize("name", UPGRADES)
def test_logs_that_it_does_not_upgrade(hello: Client, name: str) -> None:
    with hello.logged() as logged_lines:
        exchange = hello.raw(raw_request(headers=UPGRADES[name]))
    handled = [RECEIVED, access(exchange, "GET / HTTP/1.1")]
    warned = [*said("WARNING", UNSUPPORTED), *said("WARNING", LACKING_LOGGED)]
    by_h11 = warned if name == "WebSocket" else []
    assert Lines(own_lines(logged_lines), hello.environment) == history(
        warned,
        (UPGRADES_IGNORED, by_parser(h11=by_h11 + handled, httptools=warned * 3 + handled)),
        (UPGRADES_WARNED_OF_ONCE, warned + handled),
    )

"""hello: what it logs of requests, valid and not."""

from collections.abc import Callable, Sequence
from typing import Any

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
from specs.ledger.handshakes import unless_taken
from specs.ledger.raw_requests import CHUNKED, LAST, NEXT
from specs.ledger.responses import CLOSE, GREETING, raw_request
from specs.ledger.upgrades import HANDSHAKES, LACKING_LOGGED, UNSUPPORTED, UPGRADES, ignored
from starlette_conformance.model.expectations import ABSENT, by_parser, history, since
from starlette_conformance.model.observations import LogLines, Printed, ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import MarkLog, ReadToEnd, Send, Watch

PROTOCOL_ERROR = (
    "h11._util.LocalProtocolError: can't handle event type Response when role=SERVER and "
    "state=MUST_CLOSE"
)
DURING = "During handling of the above exception, another exception occurred:"
METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OK, MISSING = "200 OK", "404 Not Found"
TARGETS = {
    b"/": ("/", OK),
    b"/?": ("/", OK),
    b"/?a=%1b&b=%41": ("/?a=%1b&b=%41", OK),
    b'/?"': ('/?"', OK),
    b"/?a=" + b"b" * 200: (f"/?a={'b' * 200}", OK),
    b"/a%0Ab": ("/a%0Ab", MISSING),
    b"/" + b"c" * 200: (f"/{'c' * 200}", MISSING),
    b"/a%20b%3Fc": ("/a%20b%3Fc", MISSING),
    b"/%41%2F": ("/A/", MISSING),
    b"/%C3%A9": ("/%C3%A9", MISSING),
    b"/%ff": ("/%EF%BF%BD", MISSING),
    b"/a+b;c|d": ("/a%2Bb%3Bc%7Cd", MISSING),
    b"/%25": ("/%25", MISSING),
    b"//example.org/": ("//example.org/", MISSING),
}
UP = (Send("first", LAST), ReadToEnd("first"), MarkLog())
"""Once it responds, all lines of its start are there: the last may be logged twice."""


def logged(
    name: str,
    requests: dict[str, bytes],
    lines: Any,
    select: Callable[[Sequence[str]], Sequence[str]] = own_lines,
) -> Scenario:
    """One request after the other, each on a connection, and what is logged meanwhile."""
    sent = ((Send(on, data), ReadToEnd(on)) for on, data in requests.items())
    steps = [step for pair in sent for step in pair]
    return Scenario(f"it logs {name}", "hello", (*UP, *steps), {LogLines(select): lines}, seconds=4)


def getting(target: bytes) -> bytes:
    return raw_request(b"GET %b HTTP/1.1" % target, b"Connection: close\r\n")


AS_THE_APP_SEES_IT = [
    logged(
        f"a request for {target.decode()}",
        {"a": getting(target)},
        [*([RECEIVED] if status == OK else []), access("a", f"GET {path} HTTP/1.1", status)],
    )
    for target, (path, status) in TARGETS.items()
]

AS_ITS_PARSER_READS_IT = logged(
    "targets with a fragment and with a host",
    {"cut": getting(b"/?a#f"), "whole": getting(b"http://example.org/x")},
    [
        RECEIVED,
        by_parser(
            h11=access("cut", "GET /?a#f HTTP/1.1"), httptools=access("cut", "GET /?a HTTP/1.1")
        ),
        by_parser(
            h11=access("whole", "GET http%3A//example.org/x HTTP/1.1", MISSING),
            httptools=access("whole", "GET /x HTTP/1.1", MISSING),
        ),
    ],
)

GREETED = [RECEIVED, access("a", "GET / HTTP/1.1")]
EACH_REQUEST = logged(
    "each request of a connection",
    {"a": NEXT + NEXT + raw_request(b"POST / HTTP/1.0")},
    [*GREETED, *GREETED, access("a", "POST / HTTP/1.0", "405 Method Not Allowed")],
)
LONG = b"/" + b"a" * 5_000
LONG_PATH = logged(
    f"a request for a path of {len(LONG):,} bytes",
    {"a": getting(LONG)},
    [access("a", f"GET {LONG.decode()} HTTP/1.1", MISSING)],
)
EACH_METHOD = logged(
    "requests of several methods",
    {method: raw_request(f"{method} /a?b HTTP/1.1".encode(), CLOSE) for method in METHODS},
    [access(method, f"{method} /a?b HTTP/1.1", MISSING) for method in METHODS],
)


def from_the_first_to_the_second(lines: Sequence[str]) -> list[str]:
    """The lines of two requests, and those between; of CANCELLED only how they begin."""
    begins = [next(filter(line.startswith, CANCELLED), line) for line in lines if line[:1] != " "]
    start, until = (number for number, line in enumerate(begins) if line == RECEIVED)
    return begins[start : until + 2]


ENDS_OF_CONNECTIONS = logged(
    "nothing at the end of a connection",
    {"a": LAST, "b": LAST},
    [
        *GREETED,
        *(since(ENDS_OF_CONNECTIONS_LOGGED, line) for line in CANCELLED),
        RECEIVED,
        access("b", "GET / HTTP/1.1"),
    ],
    from_the_first_to_the_second,
)


def invalid(because: Any) -> list[Any]:
    """What is said of an invalid request, by uvicorn and once by the app's root logger."""
    own, doubled = said("WARNING", "Invalid HTTP request received.")
    told = [since(NO_TRACEBACK_OF_INVALID, ABSENT, before=line) for line in (TRACEBACK, because)]
    return [own, *told, doubled, *told]


ILLEGAL = by_parser(
    h11="h11._util.RemoteProtocolError: illegal request line: bytearray(b'hello')",
    httptools="httptools.parser.errors.HttpParserInvalidMethodError: Invalid method encountered",
)
HELLO = b"hello\r\n\r\n"
INVALID = logged("that a request is invalid", {"a": HELLO}, invalid(ILLEGAL))


def foiled() -> list[Any]:
    because = by_parser(
        h11="h11._util.RemoteProtocolError: illegal chunk header: bytearray(b'zz\\r\\n')",
        httptools="httptools.parser.errors.HttpParserError: Invalid character in chunk size",
    )
    own, doubled = said("ERROR", "Exception in ASGI application")
    first = ("KeyError: <class 'h11._events.Response'>", DURING, TRACEBACK)
    longer = [since(PROTOCOL_ERRORS_SHORT, ABSENT, before=line) for line in first]
    trace = (TRACEBACK, *longer, PROTOCOL_ERROR)
    failure = [
        own,
        *(since(LOGGING_UNCONFIGURED, ABSENT, before=line) for line in trace),
        doubled,
        *(since(LOGGED_ONCE, ABSENT, before=line) for line in trace),
    ]
    return [
        *invalid(because),
        *GREETED,
        *(since(INVALID_ANSWERED, by_parser(h11=line, httptools=ABSENT)) for line in failure),
        RECEIVED,
        access("b", "GET / HTTP/1.1"),
    ]


FOILED = logged(
    "a response that an invalid chunk foiled",
    {"a": raw_request(headers=CHUNKED, body=b"zz\r\n"), "b": LAST},
    foiled(),
)


def warnings(lines: Sequence[str]) -> Sequence[str]:
    return [line for line in own_lines(lines) if line.startswith("WARNING")]


def upgrade(name: str, select: Callable[[Sequence[str]], Sequence[str]], later: Any) -> Scenario:
    """What is logged of it; `later` are the lines of a request that is handled all the same."""
    lacking = [unless_taken(line, ABSENT) for line in said("WARNING", LACKING_LOGGED)]
    warned = [*said("WARNING", UNSUPPORTED), *lacking]
    by_h11 = warned if name == "WebSocket" else []
    lines = history(
        warned,
        (UPGRADES_IGNORED, by_parser(h11=by_h11 + later, httptools=warned * 3 + later)),
        (UPGRADES_WARNED_OF_ONCE, warned + later),
    )
    return Scenario(
        f"it logs that it does not upgrade to {name}",
        "hello",
        (*UP, Send("a", raw_request(headers=UPGRADES[name])), Watch("a", 1)),
        {
            LogLines(select): unless_taken(lines, []) if name in HANDSHAKES else lines,
            ResponsesOn("a"): ignored(name, [GREETING]),
        },
    )


NO_UPGRADE = [upgrade("WebSocket", warnings, []), upgrade("h2c", own_lines, GREETED)]

PRINTED = [access(on, "GET / HTTP/1.1") for on in ("first", "a")]
"""uvicorn's configuration has the access log on standard output, and all else on standard error."""
APART = Scenario(
    "its access log is on standard output, and all else on standard error",
    "hello",
    (*UP, Send("a", LAST), ReadToEnd("a"), Send("b", HELLO), ReadToEnd("b")),
    {
        Printed(): [since(LOGGING_UNCONFIGURED, ABSENT, before=line.before) for line in PRINTED],
        LogLines(own_lines): [
            RECEIVED,
            since(LOGGING_UNCONFIGURED, PRINTED[1].now),
            *invalid(ILLEGAL),
        ],
    },
    seconds=4,
)

SCENARIOS = [
    APART,
    *AS_THE_APP_SEES_IT,
    AS_ITS_PARSER_READS_IT,
    EACH_REQUEST,
    EACH_METHOD,
    LONG_PATH,
    ENDS_OF_CONNECTIONS,
    INVALID,
    FOILED,
    *NO_UPGRADE,
]

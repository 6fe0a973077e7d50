"""hello: requests that come in pieces, and many on one connection."""

from specs.ledger.changes import TARGET_PUT_TOGETHER
from specs.ledger.idle_waits import NEVER_IDLE
from specs.ledger.raw_requests import (
    CHUNKED,
    CLOSES,
    GOODBYE,
    LAST,
    NEXT,
    NOT_ALLOWED,
    NOT_FOUND,
)
from specs.ledger.responses import GREETING, HOST, last, raw_request
from starlette_conformance.model.expectations import by_parser, since
from starlette_conformance.model.observations import ResponseOn, ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Connect, ReadResponses, ReadToEnd, Send, SendEach

ANSWERS = [GREETING, last(NOT_FOUND)]
TARGET_IN_PIECES = Scenario(
    "a target comes in two pieces",
    "hello",
    (
        Send("a", NEXT + b"GET /mis"),
        ReadResponses("a"),
        Send("a", b"sing HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"),
        ReadToEnd("a"),
    ),
    {
        ResponsesOn("a"): by_parser(
            h11=ANSWERS, httptools=since(TARGET_PUT_TOGETHER, ANSWERS, before=[CLOSES])
        )
    },
    seconds=4,
)

LINE, *IN_CHUNKS = raw_request(
    b"POST / HTTP/1.1", CHUNKED, b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX: y\r\nZ: z\r\n\r\n"
).splitlines(keepends=True)
"""Releases that close at a target in two pieces take the rest in any."""
BYTE_BY_BYTE = Scenario(
    "headers and chunks of a request come a byte at a time",
    "hello",
    (
        Send("a", LINE),
        Send("a", b"".join(IN_CHUNKS), slowly=True),
        Send("a", LAST),
        ReadToEnd("a"),
    ),
    {ResponsesOn("a"): [NOT_ALLOWED, GOODBYE]},
    slow=True,
)

TWENTY = 20
AT_ONCE = Scenario(
    f"{TWENTY} requests come at once",
    "hello",
    (Send("a", NEXT * (TWENTY - 1) + LAST), ReadToEnd("a")),
    {ResponsesOn("a"): [*[GREETING] * (TWENTY - 1), GOODBYE]},
)

MANY = 300
ONE_AFTER_THE_OTHER = Scenario(
    f"{MANY} requests come on a connection, one after the other",
    "hello",
    (SendEach("a", NEXT, MANY), Send("a", LAST), ReadToEnd("a")),
    {
        ResponsesOn("a"): [*[GREETING] * MANY, GOODBYE],
        **NEVER_IDLE,
    },
    slow=True,
)

CLIENTS = 100
OPEN = [f"client {number}" for number in range(CLIENTS)]
MANY_CLIENTS = Scenario(
    f"{CLIENTS} clients are connected, and each sends a request",
    "hello",
    (
        *(Connect(on) for on in OPEN),
        *(step for on in OPEN for step in (Send(on, NEXT), ReadResponses(on))),
    ),
    {ResponseOn(on): GREETING for on in OPEN},
    slow=True,
)

SCENARIOS = [TARGET_IN_PIECES, AT_ONCE, BYTE_BY_BYTE, ONE_AFTER_THE_OTHER, MANY_CLIENTS]

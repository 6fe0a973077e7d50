"""sse: what becomes of a stream whose client leaves, or that nobody reads, and of the others."""

from collections.abc import Callable, Sequence

from specs.ledger.changes import (
    DEPRECATED_WAIT,
    HEAD_OPENS_NO_STREAM,
    LEAVING_STOPS_STREAM,
)
from specs.ledger.responses import CORS, not_found, without_body
from specs.ledger.streams import CUT, EVENTS, GET, STREAM, stream
from starlette_conformance.model.chance import leading
from starlette_conformance.model.expectations import ABSENT, Response, since
from starlette_conformance.model.observations import (
    HeldFor,
    LogLines,
    Observation,
    ResponseOn,
    ResponsesOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    HalfClose,
    Leave,
    MarkLog,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Reset,
    Send,
    Step,
)

HEAD = b"HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD_ELSEWHERE = b"HEAD /missing HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEAD_OF_STREAM = without_body(stream(0))

ENDED = Response(200, STREAM, leading(*EVENTS), ending=CUT)
"""A stream whose client has closed its sending side."""

INTERVAL = 1.6
"""Seconds between events: a client that leaves after one is gone before the next, on busy cores."""

COUNTED = "INFO TIME - Event: {'data': 2}"
GONE = "INFO TIME - Client disconnected !!!"


def leaving(how: str, on: str) -> tuple[Step, ...]:
    ways: dict[str, tuple[Step, ...]] = {
        "leaves": (Leave(on),),
        "resets": (Reset(on),),
        "closes its side": (HalfClose(on), ReadToEnd(on)),
    }
    return ways[how]


WAYS = ("leaves", "resets", "closes its side")


def listening(on: str, events: int = 1) -> tuple[Step, ...]:
    """A client that has read the head and so many events, and not a byte more."""
    return (Send(on, GET), ReadChunks(on, events))


def ended(how: str, *those: str) -> dict[Observation, Response]:
    """How the streams end of clients that leave so, where they see it."""
    return {ResponseOn(on): ENDED for on in those} if how == "closes its side" else {}


def only(*wanted: str) -> Callable[[Sequence[str]], list[str]]:
    return lambda lines: [line for line in lines if line in wanted]


STOPS_COUNTING = [
    Scenario(
        f"a client of a stream {how}, and another one comes",
        "slow_sse",
        (*listening("goes"), MarkLog(), *leaving(how, "goes"), *listening("comes", 2)),
        {
            ResponseOn("comes"): stream(2),
            # The second event of the one that left would come before that of the one that came.
            LogLines(only(COUNTED, GONE)): [
                since(LEAVING_STOPS_STREAM, ABSENT, before=COUNTED),
                since(LEAVING_STOPS_STREAM, ABSENT, before=GONE),
                COUNTED,
            ],
            **ended(how, "goes"),
        },
        interval=INTERVAL,
        alone=True,
        slow=True,
    )
    for how in WAYS
]

LETS_GO = [
    Scenario(
        f"two clients of streams: each {how}",
        "slow_sse",
        (
            *listening("first"),
            *listening("second"),
            *leaving(how, "first"),
            *leaving(how, "second"),
        ),
        {HeldFor(("first", "second")): "held, then let go", **ended(how, "first", "second")},
        slow=True,
    )
    for how in WAYS
]

GOES_ON = [
    Scenario(
        f"a client of a stream {how} beside one that stays",
        "slow_sse",
        (
            *listening("stays"),
            *listening("goes"),
            *leaving(how, "goes"),
            ReadChunks("stays", 2),
            *listening("comes"),
        ),
        {ResponseOn("stays"): stream(2), ResponseOn("comes"): stream(1), **ended(how, "goes")},
        slow=True,
    )
    for how in WAYS
]


STREAMS = 100
OPEN = [f"stream {number}" for number in range(STREAMS)]
MANY = Scenario(
    f"{STREAMS} streams are open, and each has its first event",
    "slow_sse",
    (*(Send(on, GET) for on in OPEN), *(ReadChunks(on, 1) for on in OPEN)),
    {ResponseOn(on): stream(1) for on in OPEN},
    slow=True,
)


def first_events(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if "{'data': 1}" in line]


FIRST = "INFO TIME - Event: {'data': 1}"
AFTER_HEAD = Scenario(
    "HEAD of a stream, and then GET by another client",
    "slow_sse",
    (Send("head", HEAD), ReadChunks("head", 0, "HEAD"), *listening("reads", 2)),
    {
        ResponseOn("head"): HEAD_OF_STREAM,
        ResponseOn("reads"): stream(2),
        LogLines(first_events): [FIRST, since(HEAD_OPENS_NO_STREAM, ABSENT, before=FIRST)],
    },
    interval=INTERVAL,
    alone=True,
    slow=True,
)

HEAD_THEN_HEAD = Scenario(
    "HEAD of a stream, and then of something else on the same connection",
    "silent_sse",
    (
        Send("a", HEAD),
        ReadResponses("a", method="HEAD"),
        Send("a", HEAD_ELSEWHERE),
        ReadResponses("a", method="HEAD"),
    ),
    {
        ResponsesOn("a"): since(
            HEAD_OPENS_NO_STREAM,
            [HEAD_OF_STREAM, without_body(not_found(CORS))],
            before=[HEAD_OF_STREAM],
        )
    },
    slow=True,
    seconds=1.5,
)


def warnings(lines: Sequence[str]) -> list[str]:
    return [line.partition("Warning: ")[2] for line in lines if "Warning: " in line]


WARNING = Scenario(
    "a stream is the first of its process",
    "sse",
    listening("a"),
    {
        ResponseOn("a"): stream(1),
        LogLines(warnings): [
            since(
                DEPRECATED_WAIT,
                "run_until_first_complete is deprecated and will be removed in a future version.",
            )
        ],
    },
    alone=True,
)

SCENARIOS = [*STOPS_COUNTING, *LETS_GO, *GOES_ON, MANY, AFTER_HEAD, HEAD_THEN_HEAD, WARNING]

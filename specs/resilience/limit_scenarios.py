"""Limits that uvicorn is given, at the values that matter: 0, 1, and the last that lets pass."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    CLOSE_ANNOUNCED,
    ERRORS_HAVE_LENGTH,
    EXIT_DISCONNECTS,
    SHUTDOWN_DEADLINE,
    SIGNALS_RAISED_AGAIN,
    UVLOOP_WAITS_FOR_NO_CLIENT,
    WAITING_ANSWER_KEPT,
    WAITS_FOR_CLIENTS_TO_CLOSE,
)
from specs.ledger.raw_requests import NOTHING
from specs.ledger.responses import UVICORN, raw_request, text
from specs.ledger.streams import CUT, LEFT
from starlette_conformance.model.chance import leading
from starlette_conformance.model.expectations import (
    ABSENT,
    Response,
    by_parser,
    chunked,
    since,
)
from starlette_conformance.model.observations import (
    EndOf,
    EndsIn,
    ExitStatus,
    LogLines,
    Observation,
    ResponseOn,
    ResponsesOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Connect,
    Leave,
    Pause,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Send,
    Signal,
    Step,
    Watch,
)

ON, OTHER, STREAM = "client", "other", "stream"
SCRIPT = "specs/resilience/apps/limits.py"
SETTLED = 0.5
"""Seconds after which a server knows of a client that has come or gone."""

OK, SLOW = text(b"ok"), text(b"slow")


def error(status: int, reason: str) -> tuple[Response, Response]:
    """A response of uvicorn's own, by its length, and in chunks."""
    body = reason.encode()
    headers = {"content-type": "text/plain; charset=utf-8", "connection": "close"}
    whole = Response(
        status, UVICORN | headers | {"content-length": str(len(body))}, body, reason, closes=True
    )
    headers |= {"transfer-encoding": "chunked"}
    in_chunks = replace(whole, headers=UVICORN | headers, body=chunked(body))
    return whole, in_chunks


BUSY = since(ERRORS_HAVE_LENGTH, *error(503, "Service Unavailable"))
FAILED, FAILED_IN_CHUNKS = error(500, "Internal Server Error")


def get(path: bytes = b"/") -> bytes:
    return raw_request(b"GET %s HTTP/1.1" % path)


def endless(events: Any, ending: Any) -> Response:
    headers = {"content-type": "text/plain; charset=utf-8", "transfer-encoding": "chunked"}
    return Response(200, UVICORN | headers, events, ending=ending)


def of_limits(lines: Sequence[str]) -> list[str]:
    """What is logged of concurrency and of deadlines."""
    return [
        line
        for line in lines
        if line.startswith(("WARNING:  Exceeded concurrency", "ERROR:    Cancel "))
    ]


LOG = LogLines(of_limits)
EXCEEDED = ["WARNING:  Exceeded concurrency limit."]
PAST_DEADLINE = "ERROR:    Cancel {} running task(s), timeout graceful shutdown exceeded"
CANCELLED = since(SHUTDOWN_DEADLINE, [PAST_DEADLINE.format(1)], before=[])
REQUEST = (Send(ON, get()), ReadResponses(ON))
ENDS: dict[Observation, Any] = {EndsIn(3): "within 3 s"}
RUNS: dict[Observation, Any] = {
    EndsIn(3): since(EXIT_DISCONNECTS, "within 3 s", before="not within 3 s")
}
TERM = since(SIGNALS_RAISED_AGAIN, "-15", before="0")
TERMINATED: dict[Observation, Any] = {ExitStatus(): TERM}


def limited(
    name: str,
    limit: str,
    steps: Sequence[Step],
    expected: Mapping[Observation, Any],
) -> Scenario:
    return Scenario(
        f"{name}, {f'by {limit}' if limit else 'without a limit'}",
        "hello",
        tuple(steps),
        expected,
        script=SCRIPT,
        options=tuple(limit.split()),
        slow=True,
    )


RESTING = [
    limited(
        "a client rests after a response",
        f"--timeout-keep-alive {seconds}",
        (*REQUEST, Watch(ON, 3)),
        {EndOf(ON): f"closed after {seconds} s"},
    )
    for seconds in (0, 1)
]
AT_WORK = [
    limited(
        "a client sends two slow requests at once",
        "--timeout-keep-alive 0",
        (Send(ON, get(b"/slow") * 2), ReadToEnd(ON)),
        {
            ResponsesOn(ON): since(
                WAITING_ANSWER_KEPT,
                [SLOW, replace(SLOW, closes=True)],
                before=[replace(SLOW, closes=True)],
            )
        },
    ),
    limited(
        "a client reads a stream for longer than it may rest",
        "--timeout-keep-alive 1",
        (Send(STREAM, get(b"/endless")), ReadChunks(STREAM, 5)),
        {ResponseOn(STREAM): endless(chunked(*[b"1"] * 5), LEFT)},
    ),
]


def stopped(path: bytes, reads: Step, limit: str, expected: Mapping[Observation, Any]) -> Scenario:
    """SIGTERM beside a response that is under way."""
    name = f"SIGTERM beside {path.decode()}"
    end = [Watch(STREAM, 2)] if limit else []
    steps = (Send(STREAM, get(path)), reads, Signal(signal.SIGTERM), *end)
    return limited(name, limit, steps, expected)


ONE = ReadChunks(STREAM, 1)
UNDER_WAY = Watch(STREAM, 0.1)
ANNOUNCED = {"connection": by_parser(h11=ABSENT, httptools=since(CLOSE_ANNOUNCED, "close"))}
SLOW_TO_THE_END = replace(text(b"slow", headers=ANNOUNCED), closes=True)
DEADLINES = [
    stopped(b"/endless", ONE, "", RUNS),
    *(
        stopped(
            b"/endless",
            ONE,
            f"--timeout-graceful-shutdown {seconds}",
            {
                ResponseOn(STREAM): endless(
                    leading(*[b"1"] * 20), since(SHUTDOWN_DEADLINE, CUT, before=LEFT)
                ),
                LOG: since(EXIT_DISCONNECTS, ended, before=CANCELLED),
                EndsIn(1): since(SHUTDOWN_DEADLINE, "within 1 s", before="not within 1 s"),
                ExitStatus(): since(SHUTDOWN_DEADLINE, TERM, before="-9"),  # it was killed
            },
        )
        for seconds, ended in ((0, [PAST_DEADLINE.format(0)]), (1, []))
    ),
    stopped(
        b"/slow",
        UNDER_WAY,
        "--timeout-graceful-shutdown 0",
        {
            ResponseOn(STREAM): since(
                SHUTDOWN_DEADLINE,
                by_parser(
                    h11=FAILED_IN_CHUNKS,
                    httptools=since(ERRORS_HAVE_LENGTH, FAILED, before=FAILED_IN_CHUNKS),
                ),
                before=SLOW_TO_THE_END,
            ),
            LOG: CANCELLED,
            **ENDS,
            **TERMINATED,
        },
    ),
    stopped(
        b"/slow",
        UNDER_WAY,
        "--timeout-graceful-shutdown 1",
        {
            ResponseOn(STREAM): SLOW_TO_THE_END,
            LOG: [],
            **ENDS,
            **TERMINATED,
        },
    ),
]


def twice(second: signal.Signals, expected: Mapping[Observation, Any]) -> Scenario:
    """A second signal beside a response that is under way."""
    asked = (Send(STREAM, get(b"/slow")), UNDER_WAY)
    signals = Signal(signal.SIGTERM), Signal(second)
    return limited(
        f"SIGTERM and {second.name} beside /slow",
        "",
        (*asked, *signals, Watch(STREAM, 2)),
        expected,
    )


CANCELLED_AT_ONCE = since(SIGNALS_RAISED_AGAIN, NOTHING, before=FAILED_IN_CHUNKS)
"""The signal ends the process before the app that is cancelled can respond."""
FORCED_END = since(
    WAITS_FOR_CLIENTS_TO_CLOSE,
    since(UVLOOP_WAITS_FOR_NO_CLIENT, CANCELLED_AT_ONCE, before=SLOW_TO_THE_END),
    before=CANCELLED_AT_ONCE,
)
TWICE = [
    twice(signal.SIGTERM, {ResponseOn(STREAM): SLOW_TO_THE_END, **ENDS, **TERMINATED}),
    twice(signal.SIGINT, {ResponseOn(STREAM): FORCED_END, **ENDS, **TERMINATED}),
]

SETTLE = Pause(SETTLED)
REFUSED = Response(0, version="", ending="no response: no connection: Connection refused")
CONCURRENCY = [
    *(
        limited(
            "a client sends a request",
            f"--limit-concurrency {most}",
            (SETTLE, Send(ON, get()), ReadResponses(ON), Watch(ON, 0.5)),
            {ResponseOn(ON): response, LOG: lines},
        )
        for most, response, lines in ((0, BUSY, EXCEEDED), (1, BUSY, EXCEEDED), (2, OK, []))
    ),
    *(
        limited(
            "a client sends a request beside an idle connection, and again when that is gone",
            f"--limit-concurrency {most}",
            (
                *(SETTLE, Connect(OTHER), SETTLE),
                *(Send("first", get()), ReadResponses("first"), Watch("first", 0.5)),
                *(Leave(OTHER), Leave("first"), SETTLE),
                *REQUEST,
            ),
            {ResponseOn("first"): response, ResponseOn(ON): OK, LOG: lines},
        )
        for most, response, lines in ((2, BUSY, EXCEEDED), (3, OK, []))
    ),
]

MAX_REQUESTS = [
    limited("nobody sends a request", "--limit-max-requests 0", (), {**ENDS, ExitStatus(): "0"}),
    limited(
        "a client sends a request",
        "--limit-max-requests 1",
        REQUEST,
        {ResponseOn(ON): OK, **ENDS, ExitStatus(): "0"},
    ),
    limited(
        "a client sends a request",
        "--limit-max-requests 2",
        REQUEST,
        {ResponseOn(ON): OK, EndsIn(1): "not within 1 s"},
    ),
    limited(
        "a client sends two requests",
        "--limit-max-requests 2",
        REQUEST * 2,
        {ResponsesOn(ON): [OK, OK], **ENDS, ExitStatus(): "0"},
    ),
]
# It has let go of its port, and ends once the client of the stream has left: docs/findings/.
BESIDE_STREAM = [
    limited(
        f"a client sends a request beside {path.decode()}",
        "--limit-max-requests 1",
        (Send(STREAM, get(path)), ONE, *REQUEST, SETTLE, Connect(OTHER)),
        {
            ResponseOn(ON): OK,
            ResponseOn(OTHER): REFUSED,
            **RUNS,
        },
    )
    for path in (b"/endless", b"/stream")
] + [
    limited(
        "a client sends a request beside /stream",
        "--limit-max-requests 1 --timeout-graceful-shutdown 1",
        (Send(STREAM, get(b"/stream")), ONE, *REQUEST),
        {EndsIn(3): since(SHUTDOWN_DEADLINE, "within 3 s", before="not within 3 s")},
    )
]

SCENARIOS = [*RESTING, *AT_WORK, *DEADLINES, *TWICE, *CONCURRENCY, *MAX_REQUESTS, *BESIDE_STREAM]

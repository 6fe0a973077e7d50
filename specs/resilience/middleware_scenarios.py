"""Clients that leave, and background tasks, behind BaseHTTPMiddleware."""

import re
from collections.abc import Sequence
from typing import Any

from specs.ledger.changes import (
    BACKGROUND_KEPT,
    CLOSED_CONNECTIONS_LET_GO,
    DISCONNECT_UNSEEN,
    LEAVING_RAISES,
    LEFT_STREAM_GOES_ON,
    MIDDLEWARE_BACKGROUND_LOST,
    NO_RESPONSE_RAISED,
)
from specs.ledger.responses import raw_request
from starlette_conformance.model.expectations import ABSENT, since
from starlette_conformance.model.observations import Kept, LogLines
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Leave,
    MarkKept,
    MarkLog,
    ReadChunks,
    ReadResponses,
    Repeat,
    Send,
    StepOn,
    Watch,
)

ON = "client"
TIMES = 3
SCRIPT = "specs/resilience/apps/middlewares.py"
RUNS = "starlette>=0.15"
"""Before, BaseHTTPMiddleware hands coroutines to asyncio.wait, which Python 3.11 refuses."""
RAISED = re.compile(r"(\w+\.)*\w*(Error|Disconnected)(: .*)?")


def app_lines(lines: Sequence[str]) -> list[str]:
    return sorted(line for line in lines if line.startswith("INFO TIME - "))


def failures(lines: Sequence[str]) -> list[str]:
    """Each request that failed, and by what."""
    failed = [line for line in lines if line == "ERROR:    Exception in ASGI application"]
    bare = (line.strip(" |") for line in lines)  # within a group they are indented
    return [*failed, *sorted({line for line in bare if RAISED.fullmatch(line)})]


def requested(path: bytes, *then: StepOn, on: str = ON) -> tuple[StepOn, ...]:
    return (Send(on, raw_request(b"GET %s HTTP/1.1" % path)), *then, Leave(on))


SLOW = "INFO TIME - Slow response is there"
OF_RESPONSE = "INFO TIME - Background task of a response is done"
OF_STREAM = "INFO TIME - Background task of a stream is done"
OF_MIDDLEWARE = "INFO TIME - Background task of the middleware is done"
ENDED = "INFO TIME - Generator has ended"
LEFT = "INFO TIME - Client has left"
FAILED = ["ERROR:    Exception in ASGI application"] * TIMES
NO_RESPONSE = [*FAILED, "RuntimeError: No response returned."]
DISCONNECTED = [*FAILED, "uvicorn.protocols.utils.ClientDisconnected"]


def unless_raised(line: Any) -> Any:
    return since(LEAVING_RAISES, ABSENT, before=line)


KEPT = unless_raised(since(BACKGROUND_KEPT, OF_RESPONSE))


def unless_endless(line: Any) -> Any:
    return since(LEFT_STREAM_GOES_ON, ABSENT, before=line)


STREAM_KEPT = since(LEFT_STREAM_GOES_ON, str(TIMES), before="0")


def behind(
    layers: int, what: str, path: bytes, then: tuple[StepOn, ...], lines: Sequence[Any], **more: Any
) -> Scenario:
    """Clients that leave; `lines` are logged for each of them."""
    words = {0: "without a BaseHTTPMiddleware", 1: "behind one", 4: "behind four of them"}
    return Scenario(
        f"{TIMES} clients {what}, {words[layers]}",
        "hello",
        (
            *requested(b"/missing", ReadResponses("first"), on="first"),
            MarkLog(),
            MarkKept(),
            Repeat(TIMES, requested(path, *then)),
        ),
        {
            LogLines(app_lines): [line for line in lines for _ in range(TIMES)],
            LogLines(failures, "log of failures"): more.get("failing", []),
            Kept("requests", ("RequestResponseCycle",)): more.get("kept", "0"),
        },
        script=SCRIPT,
        options=("--layers", str(layers)),
        needs=(RUNS,) if layers else (),
        slow=True,
    )


WAIT, IS_HANDLED = Watch(ON, 0.1), Watch(ON, 0.3)  # also by busy cores
DURING, BETWEEN = "leave before a slow response is there", "leave a stream"
NOTICE = "leave a handler that waits until they do"

SLOW_ONES = [
    behind(0, DURING, b"/slow", (WAIT,), [unless_raised(OF_RESPONSE), SLOW]),
    behind(1, DURING, b"/slow", (WAIT,), [KEPT, SLOW]),
    behind(
        4,
        DURING,
        b"/slow",
        (WAIT,),
        [KEPT, SLOW],
        failing=since(
            NO_RESPONSE_RAISED, NO_RESPONSE, before=since(BACKGROUND_KEPT, [], NO_RESPONSE)
        ),
    ),
]
AUDITED = [
    behind(
        1,
        "read a response",
        b"/audited",
        (ReadResponses(ON),),
        [since(MIDDLEWARE_BACKGROUND_LOST, ABSENT, before=OF_MIDDLEWARE)],
        kept=since(CLOSED_CONNECTIONS_LET_GO, "0", before=str(TIMES)),
    )
]
READ = (ReadChunks(ON, 1),)
STREAMS = [
    behind(
        0,
        BETWEEN,
        b"/stream",
        READ,
        [unless_endless(unless_raised(OF_STREAM)), unless_endless(ENDED)],
        failing=since(LEAVING_RAISES, DISCONNECTED, before=[]),
        kept=STREAM_KEPT,
    ),
    behind(
        1,
        BETWEEN,
        b"/stream",
        READ,
        [
            unless_endless(unless_raised(since(BACKGROUND_KEPT, OF_STREAM))),
            unless_endless(ENDED),
        ],
        kept=STREAM_KEPT,
    ),
]
UNTIL_LEFT = [
    behind(0, NOTICE, b"/until-left", (IS_HANDLED,), [LEFT]),
    behind(
        1,
        NOTICE,
        b"/until-left",
        (IS_HANDLED,),
        [since(DISCONNECT_UNSEEN, ABSENT, before=LEFT)],
        kept=since(DISCONNECT_UNSEEN, str(TIMES), before="0"),
    ),
]

SCENARIOS = [*SLOW_ONES, *AUDITED, *STREAMS, *UNTIL_LEFT]

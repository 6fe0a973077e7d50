"""Streams with a limit for sending, with handlers, and with a last word."""

import re
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from specs.ledger.responses import raw_request
from specs.ledger.streams import LEFT, STREAM
from specs.shutdown.scenarios import STATUS
from starlette_conformance.model.expectations import ABSENT, WHOLE, Response, chunked
from starlette_conformance.model.observations import ExitStatus, LogLines, Observation, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Leave,
    Pause,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Send,
    Signal,
    Step,
)

SINCE = "sse-starlette>=3.7.0"
ON = "a"
HEADERS = {**STREAM, "vary": ABSENT}
FAILED = re.compile(r"(\w+\.)*\w+Error\b.*")
SETTLED = Pause(3)
"""Ten times what a send may take: a busy machine is no finding."""


def told(lines: Sequence[str]) -> list[str]:
    """What the app logs, and how a request failed."""
    bare = (line.strip(" |") for line in lines)
    found = (line for line in bare if line.startswith("INFO TIME") or FAILED.fullmatch(line))
    return list(dict.fromkeys(found))  # a group of failures names each once more


def streamed(*events: bytes, ending: str = WHOLE, closes: bool = False) -> Response:
    chunks = (b"data: %b\r\n\r\n" % event for event in events)
    return Response(200, HEADERS, chunked(*chunks), ending=ending, closes=closes)


def stream(
    what: str, path: bytes, steps: Sequence[Step], expected: Mapping[Observation, Any]
) -> Scenario:
    return Scenario(
        f"a stream {what}",
        "sse",
        (Send(ON, raw_request(b"GET %b HTTP/1.1" % path)), *steps),
        expected,
        script="specs/features/apps/streams.py",
        needs=(SINCE,),
        slow=True,
    )


ENDED = "INFO TIME - Stream has ended"
SCENARIOS = [
    stream(
        "has a limit for sending, and its client stops reading",
        b"/stalled",
        (ReadChunks(ON, 1), SETTLED),
        {LogLines(told): [ENDED, "sse_starlette.sse.SendTimeoutError"]},
    ),
    stream(
        "has a handler for its end, and its client leaves",
        b"/left",
        (ReadChunks(ON, 1), Leave(ON), SETTLED),
        {
            ResponseOn(ON): streamed(b"1", ending=LEFT),
            LogLines(told): [
                "INFO TIME - Client is gone: http.disconnect",
                ENDED,
                "INFO TIME - Background task is done",
            ],
        },
    ),
    stream(
        "has a last word, and SIGTERM comes",
        b"/last-words",
        (ReadChunks(ON, 1), Signal(signal.SIGTERM), ReadToEnd(ON)),
        {
            ResponseOn(ON): streamed(b"1", b"bye", closes=True),
            ExitStatus(): STATUS[signal.SIGTERM],
        },
    ),
    stream(
        "gets its events from a task",
        b"/pushed",
        (ReadResponses(ON),),
        {ResponseOn(ON): streamed(b"0", b"1", b"2")},
    ),
]

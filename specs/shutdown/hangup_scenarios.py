"""SIGHUP, as a terminal sends it that is closed: no release handles it, and it ends the process."""

import signal
from collections.abc import Sequence

from specs.ledger.responses import raw_request
from specs.ledger.streams import CUT, EVENTS, GET, STREAM
from starlette_conformance.model.chance import leading
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.observations import ExitStatus, LogLines, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    MarkLog,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Send,
    Signal,
)

ON = "the client"


def of_uvicorn(lines: Sequence[str]) -> list[str]:
    """What uvicorn says of its end."""
    return [line for line in lines if not line.startswith(("INFO TIME", "INFO:     127.0.0.1"))]


SCENARIOS = [
    Scenario(
        "SIGHUP after a request",
        "hello",
        (Send(ON, raw_request()), ReadResponses(ON), MarkLog(), Signal(signal.SIGHUP)),
        {ExitStatus(): "-1", LogLines(of_uvicorn): []},
    ),
    Scenario(
        "SIGHUP beside a stream",
        "sse",
        (Send(ON, GET), ReadChunks(ON, 1), MarkLog(), Signal(signal.SIGHUP), ReadToEnd(ON)),
        {
            ResponseOn(ON): Response(200, STREAM, leading(*EVENTS[:3]), ending=CUT),
            ExitStatus(): "-1",
            LogLines(of_uvicorn): [],
        },
        interval=0.8,
    ),
]

"""sse: the streams of a second server of the same process, on an event loop of its own."""

from typing import Any

from specs.ledger.changes import (
    EXIT_FLAG_COPIED,
    EXIT_FLAG_STAYS,
    LOOP_KEPT,
    SIGNAL_CUTS_STREAMS,
)
from specs.ledger.streams import CUT, GET, STREAM, stream
from starlette_conformance.model.expectations import WHOLE, Response, chunked, history, since
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadChunks, Send

EVENTS = 3
NO_EVENT = Response(200, STREAM, chunked(), ending=CUT)

ON = "the stream"
GOES_ON = since(LOOP_KEPT, NO_EVENT, before=stream(EVENTS))

FIRST: dict[str, tuple[str, Any]] = {
    "has ended": ("after-stream", GOES_ON),
    "has ended beside a stream": (
        "beside-stream",
        since(EXIT_FLAG_COPIED, NO_EVENT, before=GOES_ON),
    ),
    "was ended by SIGTERM": (
        "by-signal",
        history(GOES_ON, (EXIT_FLAG_STAYS, stream(0, WHOLE)), (SIGNAL_CUTS_STREAMS, NO_EVENT)),
    ),
}

SCENARIOS = [
    Scenario(
        f"another server of its process {how}, and a stream is requested",
        "sse",
        (Send(ON, GET), ReadChunks(ON, EVENTS)),
        {ResponseOn(ON): expected},
        interval=0.2,
        script="specs/resilience/apps/second_server.py",
        options=("--first", first),
        slow=True,
        seconds=4,
    )
    for how, (first, expected) in FIRST.items()
]

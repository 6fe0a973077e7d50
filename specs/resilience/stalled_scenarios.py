"""Clients of streams that stop reading: what they cost, and whether the server can end."""

import signal

from specs.ledger.responses import raw_request
from specs.ledger.streams import EVENTS, GET, STREAM
from starlette_conformance.model.expectations import ABSENT, Response, chunked
from starlette_conformance.model.observations import EndsIn, HeldFor, Kept, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Leave,
    MarkKept,
    Pause,
    ReadChunks,
    ReadResponses,
    Repeat,
    Send,
    Signal,
)

SCRIPT = "specs/resilience/apps/fast_stream.py"
STALLED = 20
UP = (Send("first", raw_request()), ReadResponses("first"), Leave("first"))
"""What is made once, at the first request, is not counted."""
STALL = (Send("client", GET), ReadChunks("client", 1))

BOUNDED = Scenario(
    f"{STALLED} clients of fast streams stop reading",
    "hello",
    (*UP, MarkKept(), Repeat(STALLED, STALL), Pause(1)),
    {Kept("memory"): "0"},
    script=SCRIPT,
    slow=True,
)

# uvicorn waits until all that it has written is read: docs/findings/.
ENDING = Scenario(
    "SIGTERM beside a client of a fast stream that has stopped reading",
    "hello",
    (*UP, *STALL, Pause(1), Signal(signal.SIGTERM)),
    {EndsIn(3): "not within 3 s"},
    script=SCRIPT,
    slow=True,
)

PINGED = 1.5
"""Seconds after which a stream that has stopped was to be pinged."""
BESIDE = Scenario(
    "a stream begins and ends beside a client of a fast stream that has stopped reading",
    "hello",
    (
        *(*UP, *STALL, Pause(PINGED)),
        *(Send("another", raw_request(b"GET /short HTTP/1.1")), ReadResponses("another")),
    ),
    {ResponseOn("another"): Response(200, {**STREAM, "vary": ABSENT}, chunked(*EVENTS[:3]))},
    script=SCRIPT,
    slow=True,
)

PATIENCE = 12
"""Seconds: servers with a limit for sending give 10."""
HELD = Scenario(
    f"a client of a fast stream stops reading for {PATIENCE} s",
    "hello",
    (*STALL, Pause(PATIENCE), Leave("client")),
    {HeldFor(("client",)): "held, then let go"},
    script=SCRIPT,
    slow=True,
    seconds=20,
)

SCENARIOS = [BOUNDED, ENDING, BESIDE, HELD]

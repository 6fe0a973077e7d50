"""What a server keeps of connections and streams whose clients have left."""

from collections.abc import Sequence
from typing import Any

from specs.ledger.changes import CLOSED_CONNECTIONS_LET_GO, WATCHER_PER_STREAM
from specs.ledger.responses import GREETING, raw_request
from specs.ledger.streams import GET
from specs.resilience.stalled_scenarios import UP
from starlette_conformance.model.expectations import since
from starlette_conformance.model.observations import Kept, LogLines, Observation, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Connect,
    HalfClose,
    Leave,
    MarkKept,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Repeat,
    Reset,
    Send,
    SendEach,
    StepOn,
    Watch,
)

ON = "client"
CONNECTIONS = 200
STREAMS = 30
UPLOADS = 50
UPLOAD = b"Content-Length: 1000\r\n", b"x" * 500
POSTED = raw_request(b"POST / HTTP/1.1", *UPLOAD)
UPLOADED = raw_request(b"POST /upload HTTP/1.1", *UPLOAD)

PROTOCOLS = ("H11Protocol", "HttpToolsProtocol")
"""uvicorn's object of a connection, which holds its transport, scope and headers."""

WAYS: dict[str, tuple[tuple[StepOn, ...], Any]] = {
    "disconnect after a response": (
        (Send(ON, raw_request()), ReadResponses(ON), Leave(ON)),
        since(CLOSED_CONNECTIONS_LET_GO, "0", before=str(CONNECTIONS)),
    ),
    # Every release keeps them until the keep-alive time is over: docs/findings/.
    "reset after a response": (
        (Send(ON, raw_request()), ReadResponses(ON), Reset(ON)),
        str(CONNECTIONS),
    ),
    "disconnect before a request": ((Connect(ON), Leave(ON)), "0"),
    "reset before a request": ((Connect(ON), Reset(ON)), "0"),
    "disconnect within a head": ((Send(ON, b"GET / HT"), Leave(ON)), "0"),
    "reset within a head": ((Send(ON, b"GET / HT"), Reset(ON)), "0"),
    "disconnect within a body, after its response": (
        (Send(ON, POSTED), ReadResponses(ON), Leave(ON)),
        since(CLOSED_CONNECTIONS_LET_GO, "0", before=str(CONNECTIONS)),
    ),
    "reset within a body, after its response": (
        (Send(ON, POSTED), ReadResponses(ON), Reset(ON)),
        str(CONNECTIONS),
    ),
    "close their sending side after a response": (
        (Send(ON, raw_request()), ReadResponses(ON), HalfClose(ON), ReadToEnd(ON), Leave(ON)),
        since(CLOSED_CONNECTIONS_LET_GO, "0", before=str(CONNECTIONS)),
    ),
}


def left(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.endswith("Upload was left")]


EACH_HEARD: dict[Observation, Any] = {LogLines(left): ["INFO TIME - Upload was left"] * UPLOADS}

CONNECTED = [
    Scenario(
        f"{CONNECTIONS} clients {how}",
        "hello",
        (*UP, MarkKept(), Repeat(CONNECTIONS, steps)),
        {Kept("connections", PROTOCOLS): kept, Kept("descriptors"): "0", Kept("tasks"): "0"},
        start="uvicorn",
        options=("--timeout-keep-alive", "60"),
        slow=True,
    )
    for how, (steps, kept) in WAYS.items()
]

REQUESTS = 1_000
REQUESTED = Scenario(
    f"{REQUESTS:,} requests come on a connection",
    "hello",
    (
        *(*UP, MarkKept(), SendEach(ON, raw_request(), REQUESTS), Leave(ON)),
        *(Send("another", raw_request()), ReadResponses("another"), Leave("another")),
    ),
    {Kept("objects"): "0", Kept("memory"): "0", ResponseOn("another"): GREETING},
    slow=True,
)

ONE_STREAM = (Send("first", GET), ReadChunks("first", 1), Leave("first"))

STREAMED = [
    Scenario(
        f"{STREAMS} clients of streams {how}",
        "sse",
        (
            *ONE_STREAM,
            MarkKept(),
            Repeat(STREAMS, (Send(ON, GET), ReadChunks(ON, events), leave)),
        ),
        {
            Kept("tasks"): since(WATCHER_PER_STREAM, str(STREAMS), before="0"),
            Kept("connections", PROTOCOLS): "0",
            Kept("responses", ("EventSourceResponse",)): "0",
            Kept("descriptors"): "0",
            Kept("threads"): "0",
        },
        interval=0.05,
        slow=True,
    )
    for how, events, leave in (
        ("disconnect after an event", 1, Leave(ON)),
        ("reset after an event", 1, Reset(ON)),
        ("disconnect before an event", 0, Leave(ON)),
    )
]

ABANDONED = [
    Scenario(
        f"{UPLOADS} clients of uploads {how}",
        "hello",
        (*UP, MarkKept(), Repeat(UPLOADS, (Send(ON, UPLOADED), Watch(ON, 0.02), leave))),
        {
            Kept("connections", PROTOCOLS): "0",
            Kept("requests", ("RequestResponseCycle",)): "0",
            Kept("descriptors"): "0",
            Kept("tasks"): "0",
            **heard,
        },
        script="specs/resilience/apps/limits.py",
        slow=True,
    )
    for how, leave, heard in (
        ("disconnect half-way", Leave(ON), EACH_HEARD),
        ("reset half-way", Reset(ON), {}),  # which discards what the server has not read
    )
]

SCENARIOS = [*CONNECTED, REQUESTED, *STREAMED, *ABANDONED]

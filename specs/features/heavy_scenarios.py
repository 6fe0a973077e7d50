"""An app of many features: what is large, and what is at once."""

from dataclasses import replace

from specs.features.feature_app import SCRIPT, SINCE, about_file, request
from specs.ledger import file_responses
from starlette_conformance.model.observations import RespondsIn, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Leave, ReadChunks, ReadResponses, Send

ON = "a"
CONTENT = bytes(3_000_000)
TAG = "633ae2d8791e84548034bb63ad091b11"
FILE = about_file(file_responses.file(CONTENT, file_responses.BINARY), TAG)
LARGE_FILE = Scenario(
    "a client wants a large file, and leaves behind the head",
    "hello",
    (Send(ON, request("GET /large-file", (), b"")), ReadChunks(ON, 0), Leave(ON)),
    {
        ResponseOn(ON): replace(
            FILE, body=b"", ending=f"0 of {len(CONTENT)} bytes: left by the client"
        )
    },
    script=SCRIPT,
    needs=(SINCE,),
    slow=True,
)

CLIENTS = [f"client {number}" for number in range(20)]
SECONDS = 0.5
IN_TIME = 3
"""Seconds in which they all have one; with two threads it would be 5."""
THREADS = Scenario(
    f"{len(CLIENTS)} requests wait for {SECONDS} s each in a thread",
    "hello",
    (
        *(Send(on, request(f"GET /thread?seconds={SECONDS}", (), b"")) for on in CLIENTS),
        *(ReadResponses(on) for on in CLIENTS),
    ),
    {RespondsIn(on, IN_TIME): f"within {IN_TIME} s" for on in CLIENTS},
    script=SCRIPT,
    needs=(SINCE,),
    slow=True,
)

SCENARIOS = [LARGE_FILE, THREADS]

"""hello: requests that come in pieces."""

from specs.ledger.changes import TARGET_PUT_TOGETHER
from specs.ledger.raw_requests import CLOSES, NEXT, NOT_FOUND
from specs.ledger.responses import GREETING, HOST, last
from starlette_conformance.model.expectations import by_parser, since
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, ReadToEnd, Send

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

SCENARIOS = [TARGET_IN_PIECES]

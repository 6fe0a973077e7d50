"""hello: a WebSocket handshake, whether or not uvicorn finds a library that reads it."""

from specs.ledger.handshakes import handshake
from specs.ledger.responses import GREETING
from specs.ledger.upgrades import ignored
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Send, Watch

TAKEN_OR_NOT = Scenario(
    "a WebSocket handshake comes",
    "hello",
    (Send("a", handshake()), Watch("a", 1)),
    {ResponsesOn("a"): ignored("WebSocket", [GREETING])},
)

SCENARIOS = [TAKEN_OR_NOT]

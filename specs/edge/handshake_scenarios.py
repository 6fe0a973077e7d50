"""hello: a WebSocket handshake, whether or not uvicorn finds a library that reads it."""

from specs.ledger.changes import UPGRADES_IGNORED
from specs.ledger.handshakes import CLOSED, handshake, unless_taken
from specs.ledger.responses import GREETING
from specs.ledger.upgrades import NO_UPGRADE
from starlette_conformance.model.expectations import since
from starlette_conformance.model.observations import ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Send, Watch

IGNORED = since(UPGRADES_IGNORED, [GREETING], before=[NO_UPGRADE])
RESPONSES = unless_taken(IGNORED, [CLOSED])

TAKEN_OR_NOT = Scenario(
    "a WebSocket handshake comes",
    "hello",
    (Send("a", handshake()), Watch("a", 1)),
    {ResponsesOn("a"): RESPONSES},
)

SCENARIOS = [TAKEN_OR_NOT]

"""All that the engine knows of the specs: it imports this module and `apps`, and no other."""

from specs.edge import (
    connection_scenarios,
    idle_scenarios,
    log_scenarios,
    process_scenarios,
)
from specs.every_app import keep_alive_scenarios
from specs.ledger import changes
from specs.ledger.effects import EFFECTS, SLOW, UNASKED
from specs.ledger.site import SITE, SITE_404
from specs.shutdown import scenarios as shutdown_scenarios
from specs.shutdown import start_scenarios
from specs.streams import scenarios as stream_scenarios
from starlette_conformance.model.changes import named
from starlette_conformance.stacks.ledger import Ledger

LEDGER = Ledger(
    changes=named(vars(changes).items()),
    effects=EFFECTS,
    unseen=UNASKED,
    slow=SLOW,
    scenarios=[
        *shutdown_scenarios.SCENARIOS,
        *start_scenarios.SCENARIOS,
        *process_scenarios.SCENARIOS,
        *idle_scenarios.SCENARIOS,
        *connection_scenarios.SCENARIOS,
        *stream_scenarios.SCENARIOS,
        *log_scenarios.SCENARIOS,
        *keep_alive_scenarios.SCENARIOS,
    ],
    sites={"SITE": SITE, "SITE_404": SITE_404},
)

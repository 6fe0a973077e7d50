"""All that the engine knows of the specs: it imports this module and `apps`, and no other."""

from specs.ledger import changes
from specs.ledger.effects import EFFECTS, SLOW, UNASKED
from specs.ledger.site import SITE, SITE_404
from specs.shutdown import scenarios as shutdown
from starlette_conformance.model.changes import named
from starlette_conformance.stacks.ledger import Ledger

LEDGER = Ledger(
    changes=named(vars(changes).items()),
    effects=EFFECTS,
    unseen=UNASKED,
    slow=SLOW,
    scenarios=shutdown.SCENARIOS,
    sites={"SITE": SITE, "SITE_404": SITE_404},
)

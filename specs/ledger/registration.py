"""All that the engine knows of the specs: it imports this module and `apps`, and no other."""

import importlib
from pathlib import Path

from specs.ledger import changes
from specs.ledger.effects import EFFECTS, SLOW, UNASKED
from specs.ledger.site import SITE, SITE_404
from starlette_conformance.model.changes import named
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.ledger import Ledger


def _scenarios() -> dict[str, list[Scenario]]:
    """SCENARIOS of each module below specs/ whose name ends in `scenarios`, by suite."""
    specs = Path(__file__).parent.parent
    found: dict[str, list[Scenario]] = {}
    for path in sorted(specs.rglob("*scenarios.py")):
        suite, *rest = path.relative_to(specs).with_suffix("").parts
        module = importlib.import_module(".".join(("specs", suite, *rest)))
        found.setdefault(suite, []).extend(module.SCENARIOS)
    return found


LEDGER = Ledger(
    changes=named(vars(changes).items()),
    effects=EFFECTS,
    unseen=UNASKED,
    slow=SLOW,
    suites=_scenarios(),
    sites={"SITE": SITE, "SITE_404": SITE_404},
)

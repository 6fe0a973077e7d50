"""All that the engine knows of the specs: it imports this module and `apps`, and no other."""

import importlib
from pathlib import Path

from specs.ledger import changes
from specs.ledger.effects import EFFECTS, SLOW, UNASKED
from specs.ledger.site import SITE, SITE_404
from starlette_conformance.model.changes import named
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.ledger import Ledger


def _scenarios() -> list[Scenario]:
    """SCENARIOS of each module below specs/ whose name ends in `scenarios`."""
    specs = Path(__file__).parent.parent
    names = (
        path.relative_to(specs.parent).with_suffix("") for path in specs.rglob("*scenarios.py")
    )
    modules = (importlib.import_module(".".join(name.parts)) for name in sorted(names))
    return [scenario for module in modules for scenario in module.SCENARIOS]


LEDGER = Ledger(
    changes=named(vars(changes).items()),
    effects=EFFECTS,
    unseen=UNASKED,
    slow=SLOW,
    scenarios=_scenarios(),
    sites={"SITE": SITE, "SITE_404": SITE_404},
)

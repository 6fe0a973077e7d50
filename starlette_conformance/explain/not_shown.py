"""Why nothing that was sent or played shows a change that lies between two stacks."""

from collections.abc import Collection, Sequence

from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_shown
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.ledger import Ledger


def why_not_shown(
    change: Change,
    ledger: Ledger,
    sides: Sequence[Environment],
    played: Collection[Scenario],
    apps: Collection[str],
) -> str:
    """A sentence, where responses of `apps` were compared, and scenarios that were `played`. Nobody
    knows here why others were not.
    """
    for why, changes in ledger.unseen.items():
        if change in changes:
            return why
    if change.beside and not any(side.satisfies(change.beside) for side in sides):
        return f"it shows with {change.beside} only"
    effects = [effect for effect in ledger.effects if effect.change == change]
    if effects and not any(app in apps for effect in effects for app in effect.apps):
        return f"it shows in responses of {', '.join(effects[0].apps)}, and none was compared"
    showing = [
        scenario
        for scenario in ledger.scenarios
        if change in changes_shown(scenario) and all(map(scenario.suits, sides))
    ]
    if showing and not any(scenario in played for scenario in showing):
        usual = min(showing, key=lambda scenario: scenario.is_probe)
        return f"no scenario that shows it was compared, such as '{usual.name}'"
    parsers = {effect.parser for effect in effects}
    if parsers and parsers.isdisjoint({None, *(side.parser for side in sides)}):
        return f"it shows with {' or '.join(sorted(filter(None, parsers)))} only"
    return "none of the requests that were compared shows it"

"""What effects tell stacks apart by. Stacks that are alike in it, and have the same response,
differ from others for the same reasons.
"""

from collections.abc import Iterable

from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.environment import Environment

Has = frozenset[Change | str]
"""The changes that a stack has of those that an app can show, and its parser."""


def kind_of(environment: Environment, app: str, effects: Iterable[Effect]) -> Has:
    changes = {effect.change for effect in effects if effect.change and app in effect.apps}
    has = {change for change in changes if change.applies_to(environment)}
    return frozenset({environment.parser, *has})

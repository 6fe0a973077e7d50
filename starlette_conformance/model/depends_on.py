"""The changes on which an expectation depends."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from starlette_conformance.model.chance import one_of
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import Response, by_parser, since
from starlette_conformance.model.scenario import Scenario


def changes_in(value: Any, plain: bool = False) -> set[Change]:
    """The changes on which an expectation may depend, on whatever stack; on a `plain` one, that has
    no package whose mere presence is a change.
    """
    match value:
        case since() if plain and value.change.present:
            return changes_in(value.before, plain)
        case since():
            return {value.change} | changes_in(value.now, plain) | changes_in(value.before, plain)
        case by_parser():
            return changes_in(value.h11, plain) | changes_in(value.httptools, plain)
        case Response():
            return changes_in([getattr(value, f.name) for f in fields(value)], plain)
        case Mapping():
            return changes_in(list(value.values()), plain)
        case one_of():
            return changes_in(value.values, plain)
        case list() | tuple():
            return set().union(*(changes_in(each, plain) for each in value))
        case _:
            return set()


@cache
def changes_shown(scenario: Scenario) -> frozenset[Change]:
    """The changes on which what a scenario comes to may depend."""
    return frozenset(changes_in(scenario.expected))

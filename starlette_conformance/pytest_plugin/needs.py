"""What a spec needs: fixtures, servers, scenarios, and whether it waits for something."""

import pytest

from starlette_conformance.model.scenario import Scenario
from starlette_conformance.stacks.project import variants

SLOW = {"documented_stream"}
"""Fixtures that take a while."""
NOT_PROMISED = "nothing is promised"
"""How the reason begins why specs have no verdict on a stack, which is said once a stack."""


def fixtures_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def is_slow(item: pytest.Item) -> bool:
    """Whether what it compares takes a while to come."""
    return bool(SLOW & fixtures_of(item)) or any(each.slow for each in scenarios_of(item))


def scenarios_of(item: pytest.Item) -> list[Scenario]:
    """Those that it plays."""
    callspec = getattr(item, "callspec", None)
    given = callspec.params.values() if callspec else ()
    return [value for value in given if isinstance(value, Scenario)]


def servers_of(item: pytest.Item) -> set[str]:
    """The servers that it needs, by name, but for those that its scenarios start themselves."""
    scenarios = (each for each in scenarios_of(item) if each.shares_its_server and not each.slow)
    return variants().keys() & {*fixtures_of(item), *(each.variant for each in scenarios)}


def app_of(item: pytest.Item) -> str:
    """The app that it is about; "-" where nothing says so."""
    names = [name for name in getattr(item, "fixturenames", ()) if name in variants()]
    names += [scenario.variant for scenario in scenarios_of(item)]
    known = (variants()[name][0].name for name in names)
    return next(known, getattr(getattr(item, "module", None), "APP", "-"))

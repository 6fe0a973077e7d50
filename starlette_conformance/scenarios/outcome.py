"""What a scenario came to on a stack: an `Outcome`, comparable with an expectation by `==`."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette_conformance.model.comparison import Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import one_of, resolve
from starlette_conformance.model.mismatch import Difference, differences, each_difference, same
from starlette_conformance.model.scenario import Observation

Observed = Mapping[str, Any]
"""What was seen by name: a Response or a list of them, a text, or lines of text."""


class Outcome(dict[str, Any]):
    """What was observed, by name, in the order of the expectation."""

    def __init__(self, observed: Observed, environment: Environment) -> None:
        super().__init__(observed)
        self.environment = environment

    def compare(self, expected: object) -> Comparison:
        wanted, asserted = resolve(by_name(expected), self.environment)
        return Comparison(wanted, not list(mismatches(self, wanted)), asserted)

    def __eq__(self, other: object) -> bool:
        return self.compare(other).record()

    def __ne__(self, other: object) -> bool:
        return not self.compare(other).holds

    __hash__ = None


def by_name(expected: object) -> dict[str, Any]:
    """An expectation as an outcome is: what is observed, by name."""
    if not isinstance(expected, Mapping):
        raise TypeError(f"an outcome compares with what a Scenario expects, not with {expected!r}")
    named = {str(key): value for key, value in expected.items()}
    if len(named) != len(expected):
        raise TypeError("two observations of a scenario have one name")
    if not all(isinstance(key, Observation | str) for key in expected):
        raise TypeError("what a scenario expects is named by an Observation")
    return named


def mismatches(observed: Observed, wanted: Observed) -> Iterator[Difference]:
    """Where an outcome is not as expected on its stack."""
    for name in [*wanted, *(name for name in observed if name not in wanted)]:
        yield from _of_one(name, observed.get(name), wanted.get(name))


def _of_one(name: str, received: Any, wanted: Any) -> list[Difference]:
    if isinstance(wanted, one_of):
        every = [_of_one(name, received, value) for value in wanted.values]
        return min(every, key=len)
    if isinstance(received, list) and received and not isinstance(received[0], str):
        found = each_difference(received, wanted if isinstance(wanted, list) else [wanted])
    elif hasattr(received, "status"):
        found = differences(received, wanted)
    else:
        return [] if same(wanted, received, 0.0) else [Difference(name, wanted, received)]
    return [Difference(f"{name}: {each.where}", each.expected, each.received) for each in found]


def outcome_lines(outcome: Outcome, expected: object) -> list[str]:
    """Where an outcome is not as expected on its stack, for the message of a failed spec."""
    found = mismatches(outcome, outcome.compare(expected).expected)
    lines = [line for difference in found for line in str(difference).splitlines()]
    return ["a scenario came to something else", *lines, f"stack: {outcome.environment}"]

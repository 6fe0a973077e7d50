"""What a scenario came to on a stack: an `Outcome`, comparable with an expectation by `==`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette_conformance.model.chance import one_of
from starlette_conformance.model.comparison import Comparable, Comparison
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response, resolve
from starlette_conformance.model.mismatch import Difference, compared_fields, same
from starlette_conformance.model.observations import Observation

Observed = Mapping[str, Any]
"""What was seen by name: a Response or a list of them, a text, or lines of text."""


class Outcome(Comparable, dict[str, Any]):
    """What was observed, by name, in the order of the expectation."""

    def __init__(self, observed: Observed, environment: Environment) -> None:
        super().__init__(observed)
        self.environment = environment

    def compare(self, expected: object) -> Comparison:
        wanted, asserted = resolve(by_name(expected), self.environment)
        return Comparison(wanted, not mismatches(self, wanted), asserted)


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


@dataclass(frozen=True)
class Field:
    """A part of what was observed, beside what is expected of it, and whether that is kept.

    `where` is the name of the observation, and of a response its part, such as `a: status`.
    `choice` are all values of which chance decides, where `expected` is one of them.
    """

    where: str
    expected: Any
    received: Any
    kept: bool
    choice: one_of | None = None

    @property
    def promise(self) -> Any:
        """What is expected whatever chance decides."""
        return self.choice or self.expected


def mismatches(observed: Observed, wanted: Observed) -> list[Field]:
    """Where an outcome is not as expected on its stack."""
    names = [*wanted, *(name for name in observed if name not in wanted)]
    every = (fields_of(name, observed.get(name), wanted.get(name)) for name in names)
    return [field for those in every for field in those if not field.kept]


def fields_of(name: str, received: Any, wanted: Any) -> list[Field]:
    """All parts of one observation."""
    if isinstance(wanted, one_of):
        every = [fields_of(name, received, value) for value in wanted.values]
        nearest = min(every, key=lambda those: sum(not field.kept for field in those))
        return [replace(field, choice=wanted) for field in nearest]
    if isinstance(received, Response) and isinstance(wanted, Response):
        return _of_response(f"{name}: ", received, wanted)
    if isinstance(wanted, list) and any(isinstance(each, Response) for each in wanted):
        return list(_of_responses(name, received, wanted))
    return [Field(name, wanted, received, same(wanted, received, 0.0))]


def _of_responses(
    name: str, received: Sequence[Response], wanted: Sequence[Response]
) -> Iterator[Field]:
    counts = len(wanted), len(received)
    yield Field(f"{name}: number of responses", *counts, counts[0] == counts[1])
    for number, pair in enumerate(zip(received, wanted, strict=False), 1):
        yield from _of_response(f"{name}: response {number}: ", *pair)


def _of_response(where: str, received: Response, wanted: Response) -> list[Field]:
    return [
        Field(
            f"{where}{each.where}",
            each.expected,
            each.received,
            same(each.expected, each.received, received.at),
        )
        for each in compared_fields(received, wanted)
    ]


def outcome_lines(outcome: Outcome, expected: object) -> list[str]:
    """Where an outcome is not as expected on its stack, for the message of a failed spec."""
    found = mismatches(outcome, outcome.compare(expected).expected)
    where = ", ".join(dict.fromkeys(each.where for each in found))
    differences = (Difference(each.where, each.expected, each.received) for each in found)
    lines = [line for difference in differences for line in str(difference).splitlines()]
    return [f"a scenario came to something else: {where}", *lines, f"stack: {outcome.environment}"]

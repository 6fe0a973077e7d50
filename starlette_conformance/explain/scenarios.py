"""Why the outcomes of a scenario differ on two stacks.

The scenario says what it comes to on either of them: where both outcomes are as expected, the
changes that decide between the two expectations account for the difference.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette_conformance.explain.excerpt import text
from starlette_conformance.explain.explainer import Reason
from starlette_conformance.explain.result import Difference
from starlette_conformance.explain.severity import (
    Severity,
    field_of,
    most_dangerous,
    severity_of,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_shown
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, resolve
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.output.sanitize import plain
from starlette_conformance.scenarios.outcome import Field, Outcome, by_name, fields_of, mismatches

SHOWN = 240
"""Characters of a value that are shown."""

NOTHING = Field("", ABSENT, ABSENT, kept=True)
"""In the place of a field that an outcome lacks, as it should."""


@dataclass(frozen=True)
class ExplainedScenario:
    """What differs, what each reason alters, and what is left beside all of them."""

    scenario: Scenario
    before: Outcome
    after: Outcome
    differences: tuple[Difference, ...]
    reasons: Mapping[Reason, tuple[Difference, ...]]
    remaining: tuple[Difference, ...]

    @property
    def differs(self) -> bool:
        return bool(self.differences)

    @property
    def severity(self) -> Severity:
        """The most dangerous one."""
        return most_dangerous(difference.severity for difference in self.differences)


def explain_scenario(scenario: Scenario, before: Outcome, after: Outcome) -> ExplainedScenario:
    """Why the outcomes of two stacks differ."""
    wanted = [_wanted(scenario, outcome.environment) for outcome in (before, after)]
    names = [name for name in wanted[0] if _differs(name, (before, after), wanted)]
    was, now = (
        _fields(outcome, each, names) for outcome, each in zip((before, after), wanted, strict=True)
    )
    pairs = {where: (was.get(where, NOTHING), now.get(where, NOTHING)) for where in {**was, **now}}
    differing = {where: pair for where, pair in pairs.items() if _is_more_than_chance(*pair)}
    found = {where: _difference(where, *pair) for where, pair in differing.items()}
    foreseen = [where for where, pair in differing.items() if all(field.kept for field in pair)]
    reasons = _reasons(scenario, before, after, foreseen)
    explained = {where for those in reasons.values() for where in those}
    return ExplainedScenario(
        scenario,
        before,
        after,
        tuple(found.values()),
        {reason: tuple(found[where] for where in those) for reason, those in reasons.items()},
        tuple(found[where] for where in differing if where not in explained),
    )


def _differs(name: str, outcomes: Sequence[Outcome], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an observation differs by more than what both expectations leave to chance."""
    before, after = (outcome[name] for outcome in outcomes)
    if before == after:
        return False
    was, now = (each[name] for each in wanted)
    return was != now or any(mismatches({name: seen}, {name: was}) for seen in (before, after))


def _wanted(scenario: Scenario, environment: Environment) -> dict[str, Any]:
    expected = by_name(scenario.expected)
    wanted: dict[str, Any] = resolve(expected, environment).value
    return dict.fromkeys(expected) | wanted


def _fields(outcome: Outcome, wanted: Mapping[str, Any], names: Iterable[str]) -> dict[str, Field]:
    """The parts of some observations, beside what is expected of them."""
    every = (fields_of(name, outcome[name], wanted[name]) for name in names)
    return {field.where: field for those in every for field in those}


def _is_more_than_chance(was: Field, now: Field) -> bool:
    by_chance = was.promise == now.promise and was.kept and now.kept
    return bool(was.received != now.received) and not by_chance


def _reasons(
    scenario: Scenario, before: Outcome, after: Outcome, places: Collection[str]
) -> dict[Reason, list[str]]:
    """What alters these fields: of the changes that one side has, those without which it would be
    expected otherwise, alone or once others are gone that hide it; or else the parser.
    """
    reasons: dict[Reason, list[str]] = {}
    left = list(places)
    between = [*_between(scenario, before, after)]
    alone = [frozenset[Change]()] * len(between)
    once_others_are_gone = [frozenset(between[:number]) for number in range(len(between))]
    for those_gone in (alone, once_others_are_gone):
        searched = list(left)
        for change, gone in zip(between, those_gone, strict=True) if left else ():
            pair = (before, after) if change.applies_to(before.environment) else (after, before)
            has, lacks = (_promises(scenario, *pair, each) for each in (gone, gone | {change}))
            altered = [
                each for each in searched if has.get(each, ABSENT) != lacks.get(each, ABSENT)
            ]
            if altered:
                reasons.setdefault(change, []).extend(altered)
                left = [each for each in left if each not in altered]
    if left and before.environment.parser != after.environment.parser:
        reasons[None] = left
    return reasons


def _promises(
    scenario: Scenario, side: Outcome, other: Outcome, lacking: Collection[Change]
) -> dict[str, Any]:
    """What is expected of one side without some changes, by field: of those of both, since one may
    have had more responses.
    """
    environment = side.environment
    environment = replace(environment, lacking=environment.lacking | frozenset(lacking))
    wanted = _wanted(scenario, environment)
    fields = {**_fields(other, wanted, other), **_fields(side, wanted, side)}
    return {where: field.promise for where, field in fields.items()}


def _between(scenario: Scenario, before: Outcome, after: Outcome) -> Iterator[Change]:
    """The changes on which the outcome depends, and that just one side has."""
    sides = before.environment, after.environment
    known = changes_shown(scenario)
    for change in sorted(known, key=lambda each: (each.package, each.first, each.sentence)):
        if len({change.applies_to(environment) for environment in sides}) == 2:
            yield change


def _difference(where: str, was: Field, now: Field) -> Difference:
    before, after = _texts(was.received, now.received)
    severity = severity_of(field_of(where), None in (before, after))
    return Difference(severity, where, before, after)


def _texts(was: Any, now: Any) -> tuple[str | None, str | None]:
    """Both values as text; of lines, those that the other side lacks."""
    if isinstance(was, list) and isinstance(now, list):
        return _lines(was, now), _lines(now, was)
    return _text(was), _text(now)


def _lines(lines: list[str], others: list[str]) -> str | None:
    left = list(others)
    own = []
    for line in lines:
        if line in left:
            left.remove(line)
        else:
            own.append(line)
    return plain(" | ".join(own), SHOWN) if own else None


def _text(value: Any) -> str | None:
    if value is ABSENT or value is None:
        return None
    return plain(value_text(value), SHOWN)


def value_text(value: Any) -> str:
    """A value of an outcome as text; chunks as the body that they make."""
    if isinstance(value, tuple) and value and isinstance(value[0], bytes):
        value = b"".join(value)
    return text(value) if isinstance(value, bytes) else str(value)

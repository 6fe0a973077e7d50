"""Why the outcome of a scenario differs between any two of many stacks.

Stacks that are alike to the scenario, and on which it came to the same, are one phase.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from starlette_conformance.explain.scenarios import ExplainedScenario, explain_scenario
from starlette_conformance.model.depends_on import changes_shown
from starlette_conformance.model.expectations import resolve
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.report.merged_runs import Column
from starlette_conformance.scenarios.outcome import Outcome, by_name, mismatches


@dataclass(frozen=True)
class ScenarioPhases:
    """The stacks of each phase, and why the second of two of them differs from the first; two that
    are not in `between` do not differ.
    """

    scenario: Scenario
    phases: tuple[tuple[int, ...], ...]
    between: Mapping[tuple[int, int], ExplainedScenario]


def scenario_phases(
    scenarios: Iterable[Scenario], columns: Sequence[Column]
) -> Iterator[ScenarioPhases]:
    """Those of each scenario that some stack played."""
    for scenario in scenarios:
        stacks: dict[Hashable, list[int]] = {}
        outcomes = []
        for number, column in enumerate(columns):
            if (outcome := column.outcomes.get(scenario.name)) is not None:
                stacks.setdefault(_kind(scenario, outcome), []).append(number)
                outcomes.append((number, outcome))
        if stacks:
            yield _phases(scenario, [tuple(those) for those in stacks.values()], dict(outcomes))


def _kind(scenario: Scenario, outcome: Outcome) -> Hashable:
    """What tells stacks apart: the changes that one has, its parser, and what was unexpected."""
    environment = outcome.environment
    has = frozenset(c for c in changes_shown(scenario) if c.applies_to(environment))
    wanted = resolve(by_name(scenario.expected), environment).value
    unexpected = [(each.where, repr(each.received)) for each in mismatches(outcome, wanted)]
    return has, environment.parser, tuple(unexpected)


def _phases(
    scenario: Scenario, phases: Sequence[tuple[int, ...]], outcomes: Mapping[int, Outcome]
) -> ScenarioPhases:
    between = {
        (i, j): explained
        for (i, one), (j, other) in combinations(enumerate(phases), 2)
        if (explained := explain_scenario(scenario, outcomes[one[0]], outcomes[other[0]])).differs
    }
    return ScenarioPhases(scenario, tuple(phases), between)

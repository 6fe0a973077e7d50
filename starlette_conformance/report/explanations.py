"""Explanations as data: each distinct one, and each distinct difference, is kept once."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from starlette_conformance.explain.counts import counts
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.groups import PARSER
from starlette_conformance.explain.result import Difference
from starlette_conformance.explain.scenarios import ExplainedScenario
from starlette_conformance.explain.severity import SEVERITIES, most_dangerous
from starlette_conformance.report.merged_runs import Numbered
from starlette_conformance.report.phases import Phases
from starlette_conformance.report.scenario_phases import ScenarioPhases
from starlette_conformance.stacks.ledger import Ledger


class Explanations:
    """Those of all requests, by number."""

    def __init__(self, ledger: Ledger) -> None:
        self._names = ledger.names
        self._differences: Numbered[Difference] = Numbered()
        self._table: Numbered[dict[str, Any]] = Numbered()

    @property
    def differences(self) -> list[dict[str, Any]]:
        return [asdict(difference) for difference in self._differences.things]

    @property
    def table(self) -> list[dict[str, Any]]:
        return self._table.things

    def add(self, phases: Phases) -> dict[str, Any]:
        """The phases of a request as data; of two, the earlier, the later, and why they differ."""
        return {
            "phases": [
                {"response": phase.response, "stacks": list(phase.stacks)}
                for phase in phases.phases
            ],
            "between": self._between(phases.between),
        }

    def add_scenario(self, phases: ScenarioPhases) -> dict[str, Any]:
        """The same of a scenario."""
        return {
            "phases": [{"stacks": list(stacks)} for stacks in phases.phases],
            "between": self._between(phases.between),
        }

    def _between(
        self, between: Mapping[tuple[int, int], Explained | ExplainedScenario]
    ) -> list[list[int]]:
        return [[*phases, self._number(explained)] for phases, explained in between.items()]

    def _number(self, explained: Explained | ExplainedScenario) -> int:
        """`reasons` are the names of changes, each with the most dangerous difference it makes."""
        reasons = {
            self._names[change] if change else PARSER: most_dangerous(d.severity for d in altered)
            for change, altered in explained.reasons.items()
        }
        differences, remaining = (
            [self._differences.number(each, each) for each in sorted(those, key=_rank)]
            for those in (explained.differences, explained.remaining)
        )
        key = tuple(differences), tuple(remaining), tuple(reasons.items())
        data = {"severity": explained.severity, "differences": differences}
        return self._table.number(data | {"remaining": remaining, "reasons": reasons}, key)


def _rank(difference: Difference) -> int:
    return SEVERITIES.index(difference.severity)


def counts_between(
    pair: Sequence[int],
    has: Sequence[Collection[str]],
    requests: Iterable[Mapping[str, Any]],
    explanations: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What a diff of two stacks counts, by the requests that both got, or the scenarios that both
    played.

    `has` are the changes of each stack. Of a request that is sent for some changes only, one must
    lie between.
    """
    lying_between = set(has[pair[0]]) ^ set(has[pair[1]])
    compared, differing = 0, []
    for request in requests:
        phase = phase_of(request)
        wanted = not request["only_for"] or not lying_between.isdisjoint(request["only_for"])
        if request["compared"] and wanted and all(stack in phase for stack in pair):
            compared += 1
            if (why := explanation(request, *(phase[stack] for stack in pair))) is not None:
                differing.append(explanations[why])
    return counts(
        compared,
        Counter(each["severity"] for each in differing),
        sum(bool(each["remaining"]) for each in differing),
        Counter(name for each in differing if not each["remaining"] for name in each["reasons"]),
    )


def phase_of(request: Mapping[str, Any]) -> dict[int, int]:
    """The phase of each stack that got the request."""
    return {stack: n for n, each in enumerate(request["phases"]) for stack in each["stacks"]}


def explanation(request: Mapping[str, Any], one: int, other: int) -> int | None:
    """The number of what explains the difference between two phases, in either order."""
    pair = sorted((one, other))
    return next((why for *both, why in request["between"] if both == pair), None)

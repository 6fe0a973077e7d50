"""Two stacks compared by the responses of both to the same requests, wherever these come from.

`diff` and `explore` send them, `report` and `judge` read them from run files. All get their
differences, severities, groups and explanations here.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from starlette_conformance.explain.changed_streams import changed_streams, observed
from starlette_conformance.explain.changes_between import NotShown
from starlette_conformance.explain.excerpt import request_lines, response_lines
from starlette_conformance.explain.explainer import Explained, Explainer
from starlette_conformance.explain.groups import PARSER, by_reason, clusters, security
from starlette_conformance.explain.kinds import Has, kind_of
from starlette_conformance.explain.not_shown import why_not_shown
from starlette_conformance.explain.outcome_lines import rendered
from starlette_conformance.explain.result import Diff, Differing, Group
from starlette_conformance.explain.scenarios import ExplainedScenario, explain_scenario
from starlette_conformance.explain.side import Side
from starlette_conformance.http.curl_commands import PORT, curl_command, serve_command
from starlette_conformance.model.changes import Change
from starlette_conformance.model.depends_on import changes_shown
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import Responses
from starlette_conformance.runs.rerun_commands import made_of
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.script_imports import lacked_by_scenario

Known = dict[Hashable, Explained]
"""What came of other comparisons, by request, responses, and what tells both stacks apart."""


class Comparison:
    """The two stacks, and what is known of the changes between them: `all_named` says that nothing
    can have changed that the ledger has no name for, so that what is slow need not look for it.
    """

    def __init__(
        self, older: Environment, newer: Environment, ledger: Ledger, all_named: bool = True
    ) -> None:
        self.older, self.newer, self.ledger = older, newer, ledger
        self._all_named = all_named
        self._effects = [
            effect for effect in ledger.effects if effect.change or older.parser != newer.parser
        ]
        had, has = (
            {change for change in ledger.changes.values() if change.applies_to(environment)}
            for environment in (older, newer)
        )
        self.lost, self.lying_between = had - has, had ^ has
        self._kinds = cache(self._kinds_of)

    @property
    def sides(self) -> tuple[Environment, Environment]:
        return self.older, self.newer

    @cached_property
    def active(self) -> list[Effect]:
        """The effects that make a difference between the two, or came and went in between."""
        return [effect for effect in self._effects if _lies(effect, self.older, self.newer)]

    @property
    def names(self) -> Mapping[Change, str]:
        """The names of all changes."""
        return self.ledger.names

    def wants(self, sent: SentRequest) -> bool:
        """Whether to send it: a slow one only where a change may lie between that it shows."""
        return self._may_show(self.ledger.slow.get(sent.variant))

    def suits(self, scenario: Scenario) -> bool:
        """Whether both stacks have what it needs."""
        return all(map(scenario.suits, self.sides))

    def can_play(self, scenario: Scenario) -> bool:
        """Whether they have what it needs, and what its server imports."""
        lacked = any(lacked_by_scenario(scenario, side) for side in self.sides)
        return self.suits(scenario) and not lacked

    def wants_scenario(self, scenario: Scenario) -> bool:
        """Whether to play it: a slow one only where a change may lie between that it shows."""
        if not self.suits(scenario):
            return False
        slow = self.ledger.slow.get(scenario.variant)
        if scenario.waits_for_change:
            slow = list(changes_shown(scenario))
        return self._may_show(slow)

    def _may_show(self, changes: Iterable[Change] | None) -> bool:
        unknown = changes is None or not self._all_named
        return unknown or not self.lying_between.isdisjoint(changes or ())

    def explain(
        self,
        before: Responses,
        after: Responses,
        requests: Iterable[SentRequest] | None = None,
        known: Known | None = None,
    ) -> dict[SentRequest, Explained]:
        """Why the responses to `requests` differ, or to all that both stacks were sent. `known` is
        what came of other comparisons whose stacks share their responses, and is added to.
        """
        sides = responses_by_app(before), responses_by_app(after)
        explainers: dict[str, Explainer] = {}
        explained, seen = {}, {} if known is None else known
        for sent in before if requests is None else requests:
            if sent in before and sent in after and self.wants(sent):
                if sent.variant not in explainers:
                    responses = (side.get(sent.variant, {}) for side in sides)
                    explainers[sent.variant] = self.explainer(*responses)
                of_app = self._kinds(sent.request.app)
                key = (sent, id(before[sent]), id(after[sent]), *of_app)
                if key not in seen:
                    explainer = explainers[sent.variant]
                    seen[key] = explainer.explain(sent.request, before[sent], after[sent])
                explained[sent] = seen[key]
        return explained

    def _kinds_of(self, app: str) -> tuple[Has, Has]:
        older, newer = (kind_of(each, app, self.ledger.effects) for each in self.sides)
        return older, newer

    def outcomes(
        self, before: Mapping[str, Outcome], after: Mapping[str, Outcome]
    ) -> list[ExplainedScenario]:
        """Why the outcomes of the scenarios, by name, differ that both stacks played."""
        return [
            explain_scenario(scenario, before[scenario.name], after[scenario.name])
            for scenario in self.ledger.scenarios
            if scenario.name in before and scenario.name in after and self.wants_scenario(scenario)
        ]

    def explainer(
        self,
        before: Mapping[Request, Response],
        after: Mapping[Request, Response],
        *,
        may_show: Callable[[Change], bool] | None = None,
    ) -> Explainer:
        """For one app, all of whose responses are given; for any app, with what it may show."""
        effects = [
            effect
            for effect in self._effects
            if may_show is None or effect.change is None or may_show(effect.change)
        ]
        any_app = may_show is not None
        return Explainer(effects, self.older, self.newer, before, after, any_app)

    def diff(
        self,
        explained: Mapping[SentRequest, Explained],
        scenarios: Sequence[ExplainedScenario] = (),
    ) -> Diff:
        """What differs, put together by reason."""
        names = self.names
        of_requests = [
            (self._rendered(sent, why, names), why.reasons)
            for sent, why in explained.items()
            if why.differs
        ]
        of_scenarios = [(rendered(why, names), why.reasons) for why in scenarios if why.differs]
        pairs = [*of_requests, *of_scenarios]
        groups = by_reason((pair for pair in pairs if not pair[0].remaining), names, self.lost)
        return Diff(
            side(self.older),
            side(self.newer),
            len(explained),
            tuple(differing for differing, _ in of_requests),
            security=security(self.ledger.changes, self.older, self.newer),
            unexplained=tuple(clusters(each for each, _ in pairs if each.remaining)),
            explained=tuple(groups),
            not_shown=tuple(
                self._not_shown(
                    groups,
                    {why.scenario for why in scenarios},
                    {sent.request.app for sent in explained},
                )
            ),
            played=len(scenarios),
            streams=changed_streams(
                [
                    *((w.before.response, w.after.response) for w in explained.values()),
                    *(pair for w in scenarios for pair in observed(w.before, w.after)),
                ]
            ),
            outcomes=tuple(differing for differing, _ in of_scenarios),
        )

    def _not_shown(
        self, groups: Iterable[Group], played: Collection[Scenario], apps: Collection[str]
    ) -> Iterator[NotShown]:
        """The changes between the two that no exchange shows, and no scenario of those played."""
        shown = {group.change for group in groups}
        for name, change in self.ledger.changes.items():
            if change not in shown and change in self.lying_between:
                why = why_not_shown(change, self.ledger, self.sides, played, apps)
                yield NotShown(name, change, change in self.lost, why)

    def _rendered(
        self, sent: SentRequest, why: Explained, names: Mapping[Change, str]
    ) -> Differing:
        fields = {d.where for d in (*why.differences, *why.remaining)}
        return Differing(
            sent.variant,
            request_lines(sent.request),
            response_lines(why.before, why.after, fields),
            response_lines(why.after, why.before, fields),
            why.differences,
            tuple(names[change] if change else PARSER for change in why.reasons),
            why.remaining,
            (
                *(
                    serve_command(sent.variant, environment)
                    for environment in (self.older, self.newer)
                ),
                curl_command(sent.request.to(PORT)),
            ),
        )


def responses_by_app(responses: Responses) -> dict[str, dict[Request, Response]]:
    """The responses by what they were sent to, and by request."""
    found: dict[str, dict[Request, Response]] = {}
    for sent, response in responses.items():
        found.setdefault(sent.variant, {})[sent.request] = response.response
    return found


def _lies(effect: Effect, older: Environment, newer: Environment) -> bool:
    """Whether what makes the effect is on one side only, or came and went between the two."""
    sides = {effect.change is not None and effect.change.applies_to(e) for e in (older, newer)}
    return effect.change is None or len(sides) == 2 or bool(effect.change.last)


def side(environment: Environment) -> Side:
    made = made_of(environment)
    return Side(**made | {"packages": tuple(sorted(made["packages"].items()))})

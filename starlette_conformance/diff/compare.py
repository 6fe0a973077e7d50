"""Two stacks compared: both are asked, and what differs is explained or confirmed."""

import time
from collections.abc import Callable, Mapping, Sequence

from starlette_conformance.explain.excerpt import answer_lines, request_lines
from starlette_conformance.explain.explainer import Explained, Explaining
from starlette_conformance.explain.groups import PARSER, by_reason, clusters, security
from starlette_conformance.explain.result import Diff, Differing, Side
from starlette_conformance.http.curl_commands import PORT, asked, served
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, likened
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.corpus import Asked
from starlette_conformance.replay.side_by_side import AT_ONCE, ask_each
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.runs.rerun_commands import made_of
from starlette_conformance.stacks.project import apps as known_apps

Advance = Callable[[], None]
AGAIN = 2
"""So many times more a difference must be seen that nothing explains."""


class Diffing:
    """What is known of changes, and the two stacks that are compared by it."""

    def __init__(
        self,
        older: Environment,
        newer: Environment,
        effects: Sequence[Effect],
        changes: Mapping[str, Change],
    ) -> None:
        self.older, self.newer, self.changes = older, newer, changes
        self._effects = [
            effect for effect in effects if effect.change or older.parser != newer.parser
        ]
        self._active = [effect for effect in self._effects if _lies(effect, older, newer)]

    def of(self, asked: Sequence[Asked], advance: Advance = lambda: None) -> Diff:
        """Ask both, and tell what differs. Raises DidNotStart."""
        began = time.monotonic()
        found, gave_up = self._explained(asked, AT_ONCE, advance)
        wanting = [each for each, told in found.items() if told[2].remaining]
        suspects = len(wanting)
        for _ in range(AGAIN):
            if wanting:
                again, _ = self._explained(wanting, 1, lambda: None)
                found |= again  # what nothing explained at first, a change may explain after all
                wanting = [each for each in wanting if found[each][2].remaining]
        names = {change: name for name, change in self.changes.items()}
        known = {
            each: told for each, told in found.items() if told[2].differences or told[2].remaining
        }
        told = [(self._told(each, *told, names), told[2].reasons) for each, told in known.items()]
        return Diff(
            side(self.older),
            side(self.newer),
            len(found),
            len(known),
            time.monotonic() - began,
            security(self.changes, self.older, self.newer),
            tuple(clusters(each for each, _ in told if each.remaining)),
            tuple(by_reason(((each, why) for each, why in told if not each.remaining), names)),
            suspects - len(wanting),
            not_compared=tuple(gave_up),
        )

    def _explained(
        self, asked: Sequence[Asked], at_once: int, advance: Advance
    ) -> tuple[dict[Asked, tuple[Answer, Answer, Explained]], list[str]]:
        """Both answers to each request that both were sent, and why they differ."""
        others = [
            Asked(each.served, other)
            for each in asked
            for other in likened(self._active, [each.request])
            if other != each.request
        ]
        every = list(dict.fromkeys([*asked, *others]))
        answers, gave_up = ask_each((self.older, self.newer), every, advance, at_once)
        found = {}
        for kind in dict.fromkeys(each.served for each in asked):
            before, after = (
                {a.request: v for a, v in each.items() if a.served == kind} for each in answers
            )
            explaining = Explaining(
                self._effects,
                self.older,
                self.newer,
                {request: answer.response for request, answer in before.items()},
                {request: answer.response for request, answer in after.items()},
            )
            for each in asked:
                if each.served == kind and each.request in before and each.request in after:
                    one, other = before[each.request], after[each.request]
                    found[each] = one, other, explaining.of(each.request, one, other)
        return found, gave_up

    def _told(
        self,
        each: Asked,
        before: Answer,
        after: Answer,
        explained: Explained,
        names: Mapping[Change, str],
    ) -> Differing:
        fields = {d.where for d in (*explained.differences, *explained.remaining)}
        return Differing(
            each.served,
            request_lines(each.request),
            answer_lines(before, after, fields),
            answer_lines(after, before, fields),
            tuple(explained.differences),
            tuple(names[change] if change else PARSER for change, _ in explained.reasons),
            tuple(explained.remaining),
            (
                *(served(each.served, environment) for environment in (self.older, self.newer)),
                asked(each.request.to(PORT)),
            ),
        )


def _lies(effect: Effect, older: Environment, newer: Environment) -> bool:
    """Whether what makes the effect is on one side only, or came and went between the two."""
    sides = {effect.change is not None and effect.change.applies_to(e) for e in (older, newer)}
    return effect.change is None or len(sides) == 2 or bool(effect.change.last)


def of_apps(asked: Sequence[Asked], apps: Sequence[str]) -> list[Asked]:
    """What is asked of some apps; of all where none is named."""
    return [each for each in asked if each.request.app in (apps or known_apps())]


def side(environment: Environment) -> Side:
    found = made_of(environment)
    return Side(**found | {"packages": tuple(sorted(found["packages"].items()))})

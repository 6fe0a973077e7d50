"""What a user's app does in a trial, where OLD and NEW differ: as OLD, as NEW, or otherwise."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from starlette_conformance.causes.candidates import Outcome, Outcomes
from starlette_conformance.causes.find_causes import Place
from starlette_conformance.explain.differences import BODY
from starlette_conformance.explain.start import Start
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.userapp.app_process import AppProcess
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.repetitions import SEEDS, Repetitions
from starlette_conformance.userapp.send_in_order import Responses, send_in_order
from starlette_conformance.userapp.user_app import App, AppDidNotStart, port

STARTS = ("", "start")
"""The place of a difference in whether the app starts."""


def whether_it_starts(app: App, new: Start) -> Callable[[Environment, bool], Outcomes]:
    """Where OLD starts and NEW does not: what raises the same exception is as NEW."""

    def observe(environment: Environment, new_app: bool) -> Outcomes:
        server = app.sides[new_app].start(environment, SEEDS[0])
        try:
            port(server)
        except AppDidNotStart as error:
            if _exception(error.start) != _exception(new):
                raise
            return {STARTS: Outcome.NEW}
        finally:
            server.kill()
        return {STARTS: Outcome.OLD}

    return observe


def _exception(start: Start) -> str:
    """Without its place, where lines are others in each release."""
    return start.exception.rpartition(" (")[0] or start.exception or start.failure


@dataclass(frozen=True)
class Replay:
    """The requests up to the last one whose responses differ, as `repetitions` sent them."""

    repetitions: Repetitions
    differing: Sequence[Step]

    def observe(self, environment: Environment, new_app: bool) -> Outcomes:
        """Raises DidNotStart."""
        server = self.repetitions.app.sides[new_app].start(environment, SEEDS[0])
        try:
            number = port(server)
            responses = self._responses(server, number)
        finally:
            server.kill()
        return dict(self._outcomes(responses))

    def _responses(self, server: AppProcess, number: int) -> Responses:
        steps = [step for step in self.repetitions.steps if step not in self.repetitions.hanging]
        last = max(steps.index(step) for step in self.differing)
        old, new = self.repetitions.endless
        endless = {step: min(events, new[step]) for step, events in old.items() if step in new}
        responses, _ = send_in_order(
            steps[: last + 1],
            number,
            server.environment.server,
            self.repetitions.limits,
            endless=endless,
        )
        return responses

    def _outcomes(self, responses: Responses) -> Iterator[tuple[Place, Outcome]]:
        for step in self.differing:
            if step in responses:
                yield from self._of_step(step, responses[step])

    def _of_step(self, step: Step, wire: WireResponse) -> Iterator[tuple[Place, Outcome]]:
        old, new = (
            [each[step] for each in side if step in each]
            for side in (self.repetitions.old, self.repetitions.new)
        )
        merged = partial(
            Merged.of,
            rules=[rule for rule in self.repetitions.rules if rule.is_for(step.request_line)],
            seconds=self.repetitions.slower,
        )
        whole, from_old = merged(old, new), merged(old, [wire] * len(old))
        to_new = merged([wire] * len(new), new)
        if from_old.problem or to_new.problem:
            return
        away, left = ({each.where for each in one.differences} for one in (from_old, to_new))
        for difference in whole.differences:
            place = difference.where
            if place in away and place in left:
                yield (str(step), place), Outcome.OTHER
            elif place in away or place in left:
                yield (str(step), place), Outcome.NEW if place in away else Outcome.OLD
            elif difference.field == BODY and _has_body(away) and _has_body(left):
                yield (str(step), place), Outcome.OTHER  # by other places


def _has_body(places: Collection[str]) -> bool:
    return any(place.partition(" ")[0] == BODY for place in places)

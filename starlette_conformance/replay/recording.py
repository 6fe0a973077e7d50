"""Several stacks recorded side by side: what is kept of one counts, and the rest is made now."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.recordings import Counts, Recordings, counts_of
from starlette_conformance.replay.repeat import Seen, repeat
from starlette_conformance.replay.running_apps import running
from starlette_conformance.replay.side_by_side import Responses, send_to_running, variants_of
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.side_by_side import under_way
from starlette_conformance.stacks.project import apps


@dataclass(frozen=True)
class Wanted:
    """What is to be recorded: the responses to `requests`, those of `repeated` again until each app
    got so many requests `after` which they are sent a last time, where that is not 0, and what
    scenarios come to.
    """

    requests: Sequence[SentRequest]
    scenarios: Sequence[Scenario] = ()
    repeated: Sequence[SentRequest] = ()
    after: int = 0


@dataclass
class Recorded:
    """What one stack responded. `counts` are the responses of each app that were repeated, and
    `seen` is what was, where it was now; `is_whole` says that all of it was kept.
    """

    responses: Responses
    outcomes: dict[Scenario, Outcome]
    counts: Counts = field(default_factory=dict)
    seen: Mapping[SentRequest, Seen] = field(default_factory=dict)
    is_whole: bool = True


def record(
    environments: Sequence[Environment],
    kept: Sequence[Recordings],
    wanted: Wanted,
    advance: Callable[[], None] = lambda: None,
    announce: Callable[[int], object] = lambda _: None,
) -> tuple[list[Recorded], list[str]]:
    """What each stack responded, and a sentence on each server that was given up. `announce` gets
    how often `advance` is called at the most. Raises DidNotStart.
    """
    sides = [_Side(*each, wanted) for each in zip(environments, kept, strict=True)]
    announce(sum(len(each.requests) + len(each.scenarios) for each in sides))
    with ExitStack() as stack:
        playing = [
            stack.enter_context(under_way([side.environment], side.scenarios, advance))
            for side in sides
        ]
        names = [side.variants for side in sides]
        ports = stack.enter_context(running(environments, names))
        new, gave_up = send_to_running(
            environments, ports, [side.requests for side in sides], advance
        )
        with ThreadPoolExecutor(len(sides)) as pool:
            again = [
                pool.submit(side.repeat, at, responses)
                for side, at, responses in zip(sides, ports, new, strict=True)
            ]
            repeated = [each.result() for each in again]
        played = [outcomes()[0] for outcomes in playing]
    found = [
        side.recorded(*each)
        for side, each in zip(sides, zip(new, repeated, played, strict=True), strict=True)
    ]
    return found, gave_up


class _Side:
    """What one stack still is to be asked."""

    def __init__(self, environment: Environment, kept: Recordings, wanted: Wanted) -> None:
        self.environment, self._kept, self._wanted = environment, kept, wanted
        self._responses = kept.responses(wanted.requests)
        self._outcomes = kept.outcomes(wanted.scenarios)
        self.requests = [each for each in wanted.requests if each not in self._responses]
        self.scenarios = [each for each in wanted.scenarios if each not in self._outcomes]
        self._counts = kept.repeated(wanted.repeated, wanted.after) if wanted.after else {}

    @property
    def variants(self) -> list[str]:
        """What is to run."""
        again = [] if self._counts is not None else self._repeated
        return variants_of([*self.requests, *again])

    @property
    def _repeated(self) -> list[SentRequest]:
        """An app that is started in another way than the usual one is left out."""
        return [each for each in self._wanted.repeated if each.variant in apps()]

    def repeat(self, ports: Mapping[str, int], new: Responses) -> dict[SentRequest, Seen]:
        if self._counts is not None:
            return {}
        usual = {app: ports[app] for app in variants_of(self._repeated)}
        known = self._responses | new
        first = {each: known[each] for each in self._repeated if each in known}
        return repeat(self.environment.server, usual, first, self._wanted.after)

    def recorded(
        self, new: Responses, seen: Mapping[SentRequest, Seen], played: dict[Scenario, Outcome]
    ) -> Recorded:
        known = self._responses | new
        self._kept.keep_responses(new)
        self._kept.keep_outcomes(played)
        if self._counts is None:
            self._kept.keep_repeated(self._wanted.repeated, self._wanted.after, seen)
        outcomes = self._outcomes | played
        return Recorded(
            {each: known[each] for each in self._wanted.requests if each in known},
            {each: outcomes[each] for each in self._wanted.scenarios},
            counts_of(seen) if self._counts is None else self._counts,
            seen,
            not (self.requests or self.scenarios or self._counts is None),
        )

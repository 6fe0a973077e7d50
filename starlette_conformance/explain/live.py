"""Two running stacks compared: both get the same requests, and a difference that nothing explains
counts only if it reproduces on every retry.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.instability import unstable
from starlette_conformance.explain.kept import Kept
from starlette_conformance.explain.repetition import Repetition, Unconfirmed
from starlette_conformance.explain.result import Diff, Unstable
from starlette_conformance.explain.scenarios import ExplainedScenario, explain_scenario
from starlette_conformance.model.effects import likened
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.recording import Recorded, Wanted, record
from starlette_conformance.replay.recordings import Recordings
from starlette_conformance.replay.repeat import CROWDS, FIRST, SEED, Seen
from starlette_conformance.replay.side_by_side import comparable_responses, without_lost
from starlette_conformance.scenarios.side_by_side import Outcomes, play_each

ALONE = 2
"""Scenarios that are played on a stack at a time, where they are played again."""
SENT_AGAIN = "sent again"
RETRIES = 2
"""So many times more an unexplained difference must be seen."""
REPLAYED_WITHIN = 120.0
"""Seconds after which no scenario is played again: where no connection closes, each waits long."""


Sides = tuple[dict[SentRequest, Seen], dict[SentRequest, Seen]]
"""What the older stack responded, and the newer one."""


def compare(
    comparison: Comparison,
    requests: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
    scenarios: Sequence[Scenario] = (),
    repeat_after: int = 0,
    announce: Callable[[int], object] = lambda _: None,
    kept: Sequence[Recordings] = (),
) -> Diff:
    """Send the requests to both stacks, play the scenarios meanwhile, and compare what comes of
    both. `announce` gets how often `advance` is called at the most. With `repeat_after`, repeat the
    requests on the same servers, up to so many and once more. What is `kept` of both stacks
    counts for them; what nothing explains then is sent to both again, as always. Raises
    DidNotStart.
    """
    began = time.monotonic()
    wanted = [sent for sent in requests if comparison.wants(sent)]
    every = list(dict.fromkeys([*wanted, *similar(comparison, wanted)]))
    kept = kept or [Recordings(side) for side in comparison.sides]
    sides, gave_up = record(
        comparison.sides, kept, Wanted(every, scenarios, wanted, repeat_after), advance, announce
    )
    (before, after), lost = without_lost([side.responses for side in sides])
    played = explain_outcomes([side.outcomes for side in sides])
    retried = retry(comparison, comparison.explain(before, after, wanted))
    replayed = replay(comparison, played)
    for each in kept:
        each.forget(retried.gone, replayed.gone)
        each.save()
    found = [
        one
        for environment, side in zip(comparison.sides, sides, strict=True)
        for one in unstable(environment, side.seen)
    ]
    return replace(
        comparison.diff(retried.explained, list(replayed.explained.values())),
        seconds=time.monotonic() - began,
        unconfirmed=(*retried.unconfirmed, *replayed.unconfirmed),
        unstable=(*found, *retried.unstable),
        repetition=_repetition(sides, repeat_after),
        not_compared=(*lost, *gave_up, *replayed.gave_up),
        kept=tuple(_kept(kept, sides)),
    )


def _kept(kept: Sequence[Recordings], sides: Sequence[Recorded]) -> Iterator[Kept]:
    for name, each, side in zip(("OLD", "NEW"), kept, sides, strict=True):
        if each.used:
            yield Kept(name, datetime.fromtimestamp(each.began, UTC), side.is_whole)


def _repetition(sides: Sequence[Recorded], after: int) -> Repetition:
    if not after:
        return Repetition(0, (), SEED, ())
    every = dict.fromkeys(app for side in sides for app in side.counts)
    apps = tuple((app, min(side.counts.get(app, 0) for side in sides)) for app in every)
    return Repetition(after, CROWDS, SEED, apps)


@dataclass(frozen=True)
class Retried:
    """What holds once unexplained requests are sent again, and what did not reproduce: `unstable`
    where one stack did not respond as it had the first time, `unconfirmed` where both did, but for
    the moments at which parts of a stream arrived.
    """

    explained: dict[SentRequest, Explained]
    unconfirmed: tuple[Unconfirmed, ...]
    unstable: tuple[Unstable, ...]
    gone: Sequence[SentRequest] = ()


def retry(comparison: Comparison, explained: dict[SentRequest, Explained]) -> Retried:
    """Send what is unexplained again, RETRIES times as long as it is."""
    suspects = left = [sent for sent, why in explained.items() if why.remaining]
    first = {sent: explained[sent] for sent in suspects}
    seen: Sides = {}, {}
    _note(first, seen, FIRST)
    for _ in range(RETRIES):
        if left:
            again, _ = _send(comparison, left)
            _note(again, seen, SENT_AGAIN)
            explained = explained | again  # a change may explain what nothing did at first
            left = [sent for sent in left if explained[sent].remaining]
    gone = [sent for sent in suspects if sent not in left]
    return Retried(
        explained,
        tuple(
            Unconfirmed(str(sent), tuple(each.where for each in first[sent].remaining))
            for sent in gone
            if all(len(side[sent].responses) == 1 for side in seen)
        ),
        tuple(
            one
            for environment, side in zip(comparison.sides, seen, strict=True)
            for one in unstable(environment, {sent: side[sent] for sent in gone})
        ),
        gone,
    )


def _note(explained: Mapping[SentRequest, Explained], seen: Sides, circumstance: str) -> None:
    for sent, why in explained.items():
        for side, response in zip(seen, (why.before, why.after), strict=True):
            side.setdefault(sent, Seen()).note(response, circumstance)


@dataclass(frozen=True)
class Replayed:
    """What holds once unexplained scenarios are played again, those that did not reproduce, and a
    sentence on those for which there was no time.
    """

    explained: dict[Scenario, ExplainedScenario]
    gone: tuple[Scenario, ...]
    gave_up: tuple[str, ...]

    @property
    def unconfirmed(self) -> tuple[Unconfirmed, ...]:
        return tuple(Unconfirmed(each.name) for each in self.gone)


def replay(comparison: Comparison, played: dict[Scenario, ExplainedScenario]) -> Replayed:
    suspects = left = [scenario for scenario, why in played.items() if why.remaining]
    until = time.monotonic() + REPLAYED_WITHIN
    unplayed = set[Scenario]()
    for _ in range(RETRIES):
        if left:
            again = explain_outcomes(play_each(comparison.sides, left, ALONE, until))
            unplayed |= {*left} - again.keys()
            played |= again
            left = [scenario for scenario in left if played[scenario].remaining]
    sentence = (
        f"{len(unplayed)} of {len(suspects)} scenarios that nobody explains were not played "
        f"{RETRIES} times more, for that took longer than {REPLAYED_WITHIN:g} s"
    )
    gone = tuple(scenario for scenario in suspects if scenario not in left)
    return Replayed(played, gone, (sentence,) if unplayed else ())


def explain_outcomes(outcomes: Outcomes) -> dict[Scenario, ExplainedScenario]:
    before, after = outcomes
    return {s: explain_scenario(s, before[s], after[s]) for s in before if s in after}


def _send(
    comparison: Comparison, requests: Sequence[SentRequest]
) -> tuple[dict[SentRequest, Explained], list[str]]:
    """The same requests to both stacks anew, one at a time."""
    every = [*requests, *similar(comparison, requests)]
    (before, after), not_compared = comparable_responses(
        comparison.sides, list(dict.fromkeys(every)), parallel=1
    )
    return comparison.explain(before, after, requests), not_compared


def similar(comparison: Comparison, requests: Sequence[SentRequest]) -> list[SentRequest]:
    """The requests whose response some of `requests` get, by what changes between the two do."""
    return [
        SentRequest(sent.variant, other)
        for sent in requests
        for other in likened(comparison.active, [sent.request])
        if other != sent.request
    ]

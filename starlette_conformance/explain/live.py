"""Two running stacks compared: both get the same requests, and a difference that nothing explains
counts only if it reproduces on every retry.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.scenarios import ExplainedScenario, explain_scenario
from starlette_conformance.model.effects import likened
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import PARALLEL, comparable_responses
from starlette_conformance.scenarios.side_by_side import Outcomes, play_each, under_way

RETRIES = 2
"""So many times more an unexplained difference must be seen."""


def compare(
    comparison: Comparison,
    requests: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
    scenarios: Sequence[Scenario] = (),
) -> Diff:
    """Send the requests to both stacks, play the scenarios meanwhile, and compare what comes of
    both. Raises DidNotStart.
    """
    began = time.monotonic()
    wanted = [sent for sent in requests if comparison.wants(sent)]
    with under_way(comparison.sides, scenarios, advance) as outcomes:
        explained, not_compared = _send(comparison, wanted, PARALLEL, advance)
        played = _explained(outcomes())
    confirmed, unconfirmed = retry(comparison, explained)
    kept, others = replay(comparison, played)
    return replace(
        comparison.diff(confirmed, list(kept.values())),
        seconds=time.monotonic() - began,
        unconfirmed=(*unconfirmed, *others),
        not_compared=tuple(not_compared),
    )


def retry(
    comparison: Comparison, explained: dict[SentRequest, Explained]
) -> tuple[dict[SentRequest, Explained], tuple[str, ...]]:
    """What holds once unexplained requests are sent again, and those that did not reproduce."""
    suspects = left = [sent for sent, why in explained.items() if why.remaining]
    for _ in range(RETRIES):
        if left:
            again, _ = _send(comparison, left, 1)
            explained = explained | again  # a change may explain what nothing did at first
            left = [sent for sent in left if explained[sent].remaining]
    return explained, tuple(str(sent) for sent in suspects if sent not in left)


def replay(
    comparison: Comparison, played: dict[Scenario, ExplainedScenario]
) -> tuple[dict[Scenario, ExplainedScenario], tuple[str, ...]]:
    """What holds once unexplained scenarios are played again, and those that did not reproduce."""
    suspects = left = [scenario for scenario, why in played.items() if why.remaining]
    for _ in range(RETRIES):
        if left:
            played = played | _explained(play_each(comparison.sides, left))
            left = [scenario for scenario in left if played[scenario].remaining]
    return played, tuple(scenario.name for scenario in suspects if scenario not in left)


def _explained(outcomes: Outcomes) -> dict[Scenario, ExplainedScenario]:
    before, after = outcomes
    return {s: explain_scenario(s, before[s], after[s]) for s in before}


def _send(
    comparison: Comparison,
    requests: Sequence[SentRequest],
    parallel: int,
    advance: Callable[[], None] = lambda: None,
) -> tuple[dict[SentRequest, Explained], list[str]]:
    every = [*requests, *similar(comparison, requests)]
    (before, after), not_compared = comparable_responses(
        comparison.sides, list(dict.fromkeys(every)), advance, parallel
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

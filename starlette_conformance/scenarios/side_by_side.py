"""The same scenarios on several stacks at once, and on each many at a time: most of what they do is
to wait.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.stage import Played, Stage

AT_ONCE = 16
"""Scenarios that are played on one stack at a time."""

Outcomes = list[dict[Scenario, Outcome]]
"""By stack what each scenario came to."""


def play_each(
    environments: Sequence[Environment],
    scenarios: Sequence[Scenario],
    at_once: int = AT_ONCE,
    until: float = math.inf,
) -> Outcomes:
    """Those alone that were begun before the monotonic clock was at `until`. Raises DidNotStart."""
    with under_way(environments, scenarios, at_once=at_once, until=until) as outcomes:
        return outcomes()


@contextmanager
def under_way(
    environments: Sequence[Environment],
    scenarios: Sequence[Scenario],
    advance: Callable[[], None] = lambda: None,
    at_once: int = AT_ONCE,
    until: float = math.inf,
) -> Iterator[Callable[[], Outcomes]]:
    """They are played from now on; what is given back waits for the outcomes."""
    ordered = sorted(scenarios, key=lambda scenario: not scenario.slow)
    with ExitStack() as opened:
        playing: list[dict[Scenario, Future[Played | None]]] = []
        for environment in environments:
            stage = opened.enter_context(Stage(environment))
            pool = opened.enter_context(ThreadPoolExecutor(at_once))
            opened.callback(pool.shutdown, wait=False, cancel_futures=True)
            playing.append({s: pool.submit(_play, stage, s, advance, until) for s in ordered})

        def outcomes() -> Outcomes:
            every = [{s: each[s].result() for s in scenarios} for each in playing]
            return [{s: played.outcome for s, played in each.items() if played} for each in every]

        yield outcomes


def _play(
    stage: Stage, scenario: Scenario, advance: Callable[[], None], until: float
) -> Played | None:
    if time.monotonic() > until:
        return None
    played = stage.play(scenario)
    advance()
    return played

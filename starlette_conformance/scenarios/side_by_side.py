"""The same scenarios on several stacks at once, and on each many at a time: most of what they do is
to wait.
"""

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
    advance: Callable[[], None] = lambda: None,
    at_once: int = AT_ONCE,
) -> Outcomes:
    """Raises DidNotStart."""
    with under_way(environments, scenarios, advance, at_once) as outcomes:
        return outcomes()


@contextmanager
def under_way(
    environments: Sequence[Environment],
    scenarios: Sequence[Scenario],
    advance: Callable[[], None] = lambda: None,
    at_once: int = AT_ONCE,
) -> Iterator[Callable[[], Outcomes]]:
    """They are played from now on; what is given back waits for the outcomes."""
    ordered = sorted(scenarios, key=lambda scenario: not scenario.slow)
    with ExitStack() as opened:
        playing: list[dict[Scenario, Future[Played]]] = []
        for environment in environments:
            stage = opened.enter_context(Stage(environment))
            pool = opened.enter_context(ThreadPoolExecutor(at_once))
            opened.callback(pool.shutdown, wait=False, cancel_futures=True)
            playing.append({s: pool.submit(_play, stage, s, advance) for s in ordered})

        def outcomes() -> Outcomes:
            return [{s: each[s].result().outcome for s in scenarios} for each in playing]

        yield outcomes


def _play(stage: Stage, scenario: Scenario, advance: Callable[[], None]) -> Played:
    played = stage.play(scenario)
    advance()
    return played

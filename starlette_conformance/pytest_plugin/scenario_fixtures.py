"""The fixture that plays scenarios: `assert play(scenario) == scenario.expected`.

Slow ones are played side by side, from the moment on at which the first app of their stack starts,
while other specs run.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.process.app_server import Server
from starlette_conformance.pytest_plugin.needs import NOT_PROMISED
from starlette_conformance.pytest_plugin.session import Judging
from starlette_conformance.runs.remote_server import Remote
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.recorded_outcome import outcome_record
from starlette_conformance.scenarios.stage import Played, Stage

Play = Callable[[Scenario], Outcome]
Playing = Callable[[Scenario, Server | None], Played]


@pytest.fixture(scope="session")
def playing(request: pytest.FixtureRequest, environment: Environment) -> Iterator[Playing]:
    """Plays on the stack; what is slow is under way already."""
    at_once = request.config.getoption("--at-once")
    with Stage(environment) as stage, ThreadPoolExecutor(at_once) as pool:
        ahead: dict[str, Future[Played]] = {
            scenario.name: pool.submit(stage.play, scenario)
            for scenario in wanted(request.session.items, environment.name)
            if scenario.slow and scenario.suits(environment)
        }

        def play(scenario: Scenario, running: Server | None) -> Played:
            under_way = ahead.get(scenario.name)
            return under_way.result() if under_way else stage.play(scenario, running)

        yield play
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def play(
    environment: Environment,
    judging: Judging,
    playing: Playing,
    servers: Mapping[str, Server | Remote],
) -> Play:
    """Play a scenario, and put what passed into the run file.

    Of what runs otherwise than the reference apps usually do, or needs what few stacks have, only
    the outcome: the requests in the file are sent to the apps once more, and to other stacks.
    """

    def played(scenario: Scenario) -> Outcome:
        if not scenario.suits(environment):
            needs = " or ".join(scenario.needs)
            pytest.skip(f"{NOT_PROMISED} of scenarios that need {needs}, and none was played")
        running = servers.get(scenario.variant)
        found = playing(scenario, running if isinstance(running, Server) else None)
        sent = (each for each in found.exchanges if each.sent and scenario.sends_to_apps)
        for exchange in sent:
            judging.run(environment.name).exchange(judging.spec, exchange, scenario.variant)
        judging.run(environment.name).outcome(outcome_record(scenario, found.outcome))
        return found.outcome

    return played


def wanted(items: list[pytest.Item], stack: str) -> dict[Scenario, None]:
    """The scenarios that specs of a stack play, each once."""
    given = (getattr(item, "callspec", None) for item in items)
    found = (each.params for each in given if each and each.params.get("environment") == stack)
    return {v: None for params in found for v in params.values() if isinstance(v, Scenario)}

"""What limits of the server do, at the values that matter."""

import pytest

from specs.resilience.limit_scenarios import (
    AT_WORK,
    BESIDE_STREAM,
    CONCURRENCY,
    DEADLINES,
    MAX_REQUESTS,
    RESTING,
    TWICE,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [*RESTING, *AT_WORK])
def test_closes_idle_connections_alone_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "uvicorn docs server")
@pytest.mark.parametrize("scenario", [*DEADLINES, *TWICE])
def test_waits_for_responses_until_a_deadline_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", CONCURRENCY)
def test_refuses_what_is_too_much_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "uvicorn docs deployment")
@pytest.mark.parametrize("scenario", [*MAX_REQUESTS, *BESIDE_STREAM])
def test_ends_after_so_many_requests_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

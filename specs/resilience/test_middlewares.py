"""Clients that leave, and background tasks, behind BaseHTTPMiddleware."""

import pytest

from specs.resilience.middleware_scenarios import AUDITED, SLOW_ONES, STREAMS, UNTIL_LEFT
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("starlette docs background", "starlette docs middleware")
@pytest.mark.parametrize("scenario", [*SLOW_ONES, *AUDITED, *STREAMS])
def test_runs_background_tasks_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs requests")
@pytest.mark.parametrize("scenario", UNTIL_LEFT)
def test_says_that_a_client_is_gone_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

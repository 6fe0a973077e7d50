"""hello: from its start to its end, where a command starts the server, and what stops a start."""

import pytest

from specs.starts import wait_scenarios, worker_scenarios
from specs.starts.start_scenarios import MISSING, OPEN_TO_ALL, STOPPED, TAKEN, WORKERS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings", "uvicorn docs deployment")
@pytest.mark.parametrize("scenario", STOPPED)
def test_serves_logs_and_stops_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "uvicorn docs deployment")
@pytest.mark.parametrize("scenario", TAKEN)
def test_does_not_start_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "uvicorn docs deployment")
@pytest.mark.parametrize("scenario", MISSING)
def test_serves_nothing_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9293 section 3.7.4", "uvicorn docs deployment")
@pytest.mark.parametrize("scenario", wait_scenarios.SCENARIOS)
def test_lets_nobody_wait_on_a_connection_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment")
@pytest.mark.parametrize("scenario", [OPEN_TO_ALL])
def test_lets_everybody_in_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment")
@pytest.mark.parametrize("scenario", WORKERS)
def test_has_as_many_workers_as_it_is_told_by(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment")
@pytest.mark.parametrize("scenario", worker_scenarios.SCENARIOS)
def test_goes_on_with_as_many_workers_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

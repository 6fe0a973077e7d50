"""hello: from its start to its exit status."""

import pytest

from specs.edge.process_scenarios import STOPPED, TAKEN
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings", "primer log lines")
@pytest.mark.parametrize("scenario", STOPPED)
def test_stops_when_it_is_told_to(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [TAKEN])
def test_does_not_start_where_the_port_is_taken(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""With which event a stream goes on where its server was started again."""

import pytest

from specs.resilience.restart_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("HTML #the-last-event-id-header", "uvicorn docs server")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_streams_again_after(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""What SIGHUP does to the server, and to a stream that is open."""

import pytest

from specs.shutdown.hangup_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs server")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_ends_at_once_by(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

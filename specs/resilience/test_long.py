"""What takes long."""

import pytest

from specs.resilience.long_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_has_no_limit_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""sse: the streams of a second server of the same process, on an event loop of its own."""

import pytest

from specs.resilience.again_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("sse-starlette docs README", "primer sse")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_streams_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

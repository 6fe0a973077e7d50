"""sse: the bytes of an event, whatever an app yields."""

import pytest

from specs.streams.event_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("sse-starlette docs README", "HTML #parsing-an-event-stream")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_writes_the_events_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""sse: the pings that keep a stream open, on which nothing else passes for a while."""

import pytest

from specs.streams.ping_scenarios import FOLLOWED, PINGED, UNPINGED
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("sse-starlette docs README", "HTML #authoring-notes")
@pytest.mark.parametrize("scenario", [PINGED])
def test_pings_with_the_time_of_now_after_fifteen_seconds(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("scenario", [*FOLLOWED, UNPINGED])
def test_pings_as_the_app_wants_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""What a client costs that stops reading a stream, and whether the server can end beside it."""

import pytest

from specs.resilience.stalled_scenarios import BESIDE, BOUNDED, ENDING, HELD
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs server")
@pytest.mark.parametrize("scenario", [BOUNDED])
def test_keeps_little_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [ENDING])
def test_waits_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("scenario", [BESIDE, HELD])
def test_goes_on_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

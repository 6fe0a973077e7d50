"""sse: connections on which a client pauses."""

import pytest

from specs.edge.idle_scenarios import DATES, PAUSES
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 9.5")
@pytest.mark.parametrize("scenario", PAUSES)
def test_closes_a_connection_that_is_idle_for_5_s_after_an_answer(
    play: Play, scenario: Scenario
) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9110 section 6.6.1")
@pytest.mark.parametrize("scenario", [DATES])
def test_gives_each_answer_of_a_connection_its_date(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

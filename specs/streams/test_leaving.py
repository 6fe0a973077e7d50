"""sse: what becomes of a stream whose client leaves, and of the others."""

import pytest

from specs.streams.scenarios import GOES_ON, LETS_GO, MANY, STOPS_COUNTING
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("scenario", STOPS_COUNTING)
def test_stops_counting_for_a_client_that(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.6")
@pytest.mark.parametrize("scenario", LETS_GO)
def test_lets_go_of_the_connection_of_a_client_that(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("primer sse")
@pytest.mark.parametrize("scenario", GOES_ON)
def test_goes_on_for_one_beside_a_client_that(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("scenario", [MANY])
def test_serves_each_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

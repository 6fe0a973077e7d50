"""sse: what a signal does to the server, and to the streams that are open."""

import pytest

from specs.shutdown.scenarios import BESIDE, CROSSING, TWICE
from specs.shutdown.start_scenarios import BY_MODULE, BY_PARENT, ELSEWHERE
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs server", "sse-starlette docs README")
@pytest.mark.parametrize("scenario", BESIDE)
def test_ends_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs server", "uvicorn docs settings")
@pytest.mark.parametrize("scenario", [TWICE])
def test_waits_for_no_stream_after_a_second_interrupt(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs server", "sse-starlette docs README")
@pytest.mark.parametrize("scenario", [CROSSING])
def test_ends_a_stream_that_is_asked_for_as_the_signal_comes(
    play: Play, scenario: Scenario
) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment", "sse-starlette docs README")
@pytest.mark.parametrize("scenario", [*BY_MODULE, *ELSEWHERE, *BY_PARENT])
def test_ends_where_it_was_started_by_a_command_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

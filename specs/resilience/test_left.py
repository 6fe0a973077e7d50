"""What the server keeps of connections and streams whose clients have left."""

import pytest

from specs.resilience.left_scenarios import ABANDONED, CONNECTED, REQUESTED, STREAMED
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("RFC 9112 section 9.6", "uvicorn docs settings")
@pytest.mark.parametrize("scenario", CONNECTED)
def test_lets_go_of_connections_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("scenario", [REQUESTED])
def test_lets_go_of_requests_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 9.6", "sse-starlette docs README")
@pytest.mark.parametrize("scenario", STREAMED)
def test_lets_go_of_streams_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs requests", "RFC 9112 section 9.6")
@pytest.mark.parametrize("scenario", ABANDONED)
def test_lets_go_of_uploads_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

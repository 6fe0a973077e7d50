"""All apps: WebSocket handshakes where uvicorn finds a library, and no app takes any."""

import pytest

from specs.edge.handshake_scenarios import TAKEN_OR_NOT
from specs.edge.log_scenarios import NO_UPGRADE
from specs.websockets.handshake_scenarios import APPS, ENDING, HEADERS, METHODS, SIZES, WHOLE
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("RFC 6455 section 4.2.2", "uvicorn docs installation")
@pytest.mark.parametrize("scenario", [TAKEN_OR_NOT, *WHOLE, *APPS])
def test_closes_a_websocket_that_no_route_takes_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 6455 section 4.2.1")
@pytest.mark.parametrize("scenario", HEADERS)
def test_refuses_a_malformed_handshake_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 6455 section 4.2.1", "RFC 9112 section 3")
@pytest.mark.parametrize("scenario", SIZES)
def test_limits_the_head_of_a_handshake_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 6455 section 4.1", "RFC 9110 section 7.8")
@pytest.mark.parametrize("scenario", METHODS)
def test_takes_handshakes_by_get_and_without_a_body_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [ENDING])
def test_ends_where_it_gets(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", NO_UPGRADE)
def test_logs_what_it_does_not_upgrade_to(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""An app with WebSocket routes, where uvicorn finds a library."""

import pytest

from specs.websockets.route_scenarios import (
    CLOSES,
    ENDS,
    FORMS,
    IDLE,
    MALFORMED,
    MESSAGES,
    REFUSED,
    SAYS,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("starlette docs websockets", "RFC 6455 section 5")
@pytest.mark.parametrize("scenario", [MESSAGES, SAYS, *FORMS, IDLE])
def test_passes_messages_on_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs websockets", "RFC 6455 section 7")
@pytest.mark.parametrize("scenario", [*CLOSES, ENDS])
def test_closes_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 6455 section 5.1", "RFC 6455 section 8.1")
@pytest.mark.parametrize("scenario", MALFORMED)
def test_fails_a_connection_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs websockets")
@pytest.mark.parametrize("scenario", REFUSED)
def test_accepts_no_handshake_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

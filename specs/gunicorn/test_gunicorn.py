"""hello and sse where gunicorn starts uvicorn's worker."""

import pytest

from specs.gunicorn.gunicorn_scenarios import (
    AFTER_A_REQUEST,
    BESIDE_A_STREAM,
    INTERRUPTED,
    MISSING,
    TAKEN,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs deployment", "sse-starlette docs README")
@pytest.mark.parametrize("scenario", [AFTER_A_REQUEST, BESIDE_A_STREAM])
def test_ends_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment")
@pytest.mark.parametrize("scenario", [INTERRUPTED])
def test_goes_on_for_a_while_on(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs deployment")
@pytest.mark.parametrize("scenario", [TAKEN, MISSING])
def test_does_not_start_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

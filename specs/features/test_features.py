"""An app that uses what no reference app does."""

import pytest

from specs.features import (
    app_scenarios,
    asgi_scenarios,
    chunk_scenarios,
    form_scenarios,
    heavy_scenarios,
    lifespan_scenarios,
    member_scenarios,
    middleware_scenarios,
    option_scenarios,
    stream_scenarios,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("starlette docs requests", "starlette docs responses", "starlette docs routing")
@pytest.mark.parametrize("scenario", app_scenarios.SCENARIOS)
def test_does_as_documented_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs responses", "RFC 9112 section 7.1")
@pytest.mark.parametrize("scenario", chunk_scenarios.SCENARIOS)
def test_sends_each_chunk_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs middleware")
@pytest.mark.parametrize("scenario", middleware_scenarios.SCENARIOS)
def test_wraps_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs lifespan")
@pytest.mark.parametrize("scenario", lifespan_scenarios.SCENARIOS)
def test_tells_of_a_lifespan_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", option_scenarios.SCENARIOS)
def test_heeds_its_options_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("sse-starlette docs README")
@pytest.mark.parametrize("scenario", stream_scenarios.SCENARIOS)
def test_streams_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source(
    "starlette docs requests", "starlette docs middleware", "starlette docs templates"
)
@pytest.mark.parametrize("scenario", form_scenarios.SCENARIOS)
def test_has_forms_sessions_and_templates_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs authentication")
@pytest.mark.parametrize("scenario", member_scenarios.SCENARIOS)
def test_lets_in_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("starlette docs responses", "starlette docs threadpool")
@pytest.mark.parametrize("scenario", heavy_scenarios.SCENARIOS)
def test_carries_much_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs server")
@pytest.mark.parametrize("scenario", asgi_scenarios.SCENARIOS)
def test_ends_a_response_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""hello: what it logs of requests, valid and not."""

import pytest

from specs.edge.log_scenarios import (
    APART,
    AS_ITS_PARSER_READS_IT,
    AS_THE_APP_SEES_IT,
    EACH_METHOD,
    EACH_REQUEST,
    ENDS_OF_CONNECTIONS,
    FOILED,
    INVALID,
    LONG_PATH,
    NO_UPGRADE,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("uvicorn docs settings", "primer log lines")
@pytest.mark.parametrize("scenario", AS_THE_APP_SEES_IT)
def test_logs_a_target_as_the_app_sees_it(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings", "RFC 9112 section 3.2")
@pytest.mark.parametrize("scenario", [AS_ITS_PARSER_READS_IT])
def test_logs_a_target_as_its_parser_reads_it(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [EACH_REQUEST, EACH_METHOD, LONG_PATH])
def test_logs_each_request_of_a_connection(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [APART])
def test_logs_requests_on_standard_output_and_all_else_on_standard_error(
    play: Play, scenario: Scenario
) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("uvicorn docs settings")
@pytest.mark.parametrize("scenario", [ENDS_OF_CONNECTIONS])
def test_logs_nothing_at_the_end_of_a_connection(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 2.2", "uvicorn docs settings")
@pytest.mark.parametrize("scenario", [INVALID])
def test_logs_that_a_request_is_invalid(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9112 section 7.1", "uvicorn docs settings")
@pytest.mark.parametrize("scenario", [FOILED])
def test_logs_an_answer_that_an_invalid_chunk_foiled(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected


@pytest.mark.source("RFC 9110 section 7.8", "uvicorn docs installation")
@pytest.mark.parametrize("scenario", NO_UPGRADE)
def test_logs_that_it_does_not_upgrade(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

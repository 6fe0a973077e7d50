"""Every app: several requests on a connection, one after the other."""

import pytest

from specs.every_app.keep_alive_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source("RFC 9112 section 9.3")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_answers_each_request_of_a_connection_as_alone(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""static_files: a file as it is now, whatever it was at the request before."""

import pytest

from specs.static_files.changed_file_scenarios import SCENARIOS
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.pytest_plugin.scenario_fixtures import Play


@pytest.mark.source(
    "RFC 9110 section 8.8.3", "RFC 9110 section 13.1.2", "starlette docs staticfiles"
)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_serves_what_is_there_where(play: Play, scenario: Scenario) -> None:
    assert play(scenario) == scenario.expected

"""What tests of several files look through."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from starlette_conformance.process.browser import chromium, program

# How fast the machine is decides nothing.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")

THOROUGH = (
    "test_same_counts.py",
    "test_locust.py",
    "test_children.py",
    "test_diff_whole.py",
    "test_cases.py",
    "test_wheel.py",
    "test_cost_gate.py",
    "test_replay.py",
    "test_gate_app.py",
    "test_find_causes.py",
    "test_machines.py",
    "test_faults.py",
    "test_benchmarks.py",
    "test_distribution.py",
    "test_locust_profiles.py",
    "test_action.py",
    "test_add_an_app.py",
    "test_add_to_the_specs.py",
    "test_loopback.py",
    "test_client_manners.py",
    "test_checkouts.py",
    "test_sandbox.py",
    "test_kept_recordings.py",
    "test_add_a_server.py",
    "test_causes_of_app.py",
    "test_user_app_compared.py",
    "test_planted_scenarios.py",
    "test_diff_scenarios.py",
    "test_locust_web.py",
    "test_causes_of_stacks.py",
)
"""Files that play whole commands, loads, builds and faults of a machine: more than half of the CPU
time of all tests. They are begun longest first, since at the end they would wait alone.
"""
LEFT_OUT = "not thorough"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in THOROUGH:
            item.add_marker("thorough")
    order = {name: place for place, name in enumerate(THOROUGH)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if terminalreporter.config.option.markexpr == LEFT_OUT:
        terminalreporter.line(f"{len(THOROUGH)} files of thorough tests left out: tox -e thorough")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one, a test that needs it is skipped, or fails where CI is set."""
    if program() is None:
        lacking = "no Chromium on PATH: the page was not looked at"
        if os.environ.get("CI"):
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)
    with chromium() as found:
        yield found

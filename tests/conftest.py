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

LONGEST = ("test_same_counts.py", "test_locust.py", "test_children.py", "test_replay.py")
"""Files that wait for long: begun first, they wait beside the others, and not at the end alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


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

"""sse: what a browser makes of the page and its stream."""

import pytest
from playwright.sync_api import Browser, expect

from specs.sse.test_sse import subscribe
from starlette_conformance.http.client import Client


@pytest.mark.source("primer sse")
def test_shows_the_count_to_five_in_a_browser(sse: Client, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"http://{sse.authority}/")
    expect(page.get_by_role("heading")).to_have_text("Response from server:")
    expect(page.locator("#data")).to_have_text("1 2 3 4 5", timeout=10_000)
    state = page.evaluate("[source.readyState, EventSource.CLOSED]")
    subscribe(sse, 3)  # a source that was still open would have shown two more by now
    expect(page.locator("#data")).to_have_text("1 2 3 4 5")
    page.close()
    assert state == [2, 2]

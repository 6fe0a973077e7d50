"""static_files: what a browser shows."""

from contextlib import suppress

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from specs.ledger.changes import PATHSEND_ASSUMED
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since
from starlette_conformance.model.log_lines import Lines


@pytest.mark.source("primer static_files")
def test_shows_the_heading_in_a_browser(static_files: Client, browser: Browser) -> None:
    lost: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(5_000)
    page.on("requestfailed", lambda request: lost.append(str(request.failure)))
    with suppress(PlaywrightTimeoutError):  # a page whose body is lost never ends to load
        page.goto(f"http://{static_files.authority}/")
    heading = page.get_by_role("heading")
    font = "element => getComputedStyle(element).font"
    seen = lost or [heading.inner_text(), heading.evaluate(font)]
    page.close()
    shown = ["Hello Starlette", "italic 700 25px Arial, sans-serif"]
    expected = since(PATHSEND_ASSUMED, ["net::ERR_CONTENT_LENGTH_MISMATCH"], before=shown)
    assert Lines(seen, static_files.environment) == expected

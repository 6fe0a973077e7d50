"""The public site in headless Chromium: it opens from a file and over http, and fetches nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.miniatures.file_server import served
from tests.miniatures.run_files import three_releases

PAGES = (
    "index.html",
    "change/index.html",
    "change/CORS_VARIES_ALWAYS/index.html",
    "diff/starlette/1.6.0...1.7.0/index.html",
    "report/index.html",
)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    three_releases(folder / "runs")
    # in a process of its own: processes of a browser that another module closed may still end
    words = ["site", str(folder / "runs"), "--output", str(folder / "public")]
    subprocess.run([sys.executable, "-m", "starlette_conformance", *words], timeout=60, check=True)
    return folder / "public"


@pytest.fixture(params=["file", "http"])
def address(request: pytest.FixtureRequest, output: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"{output.as_uri()}/"
    else:
        with served(output) as url:
            yield url


@pytest.mark.parametrize("name", PAGES)
def test_no_request_leaves_a_page(browser: Browser, address: str, name: str) -> None:
    context = browser.new_context()
    asked, errors = list[str](), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}{name}", wait_until="load")
    if name.startswith("report"):
        page.wait_for_selector("html[data-ready]")
    assert asked == [f"{address}{name}"]
    assert errors == []
    context.close()


@pytest.mark.parametrize("width", [320, 1400])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(
    browser: Browser, output: Path, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((output / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_reader_goes_from_a_release_to_a_change_and_back(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}index.html")
    page.get_by_role("link", name="CORS_VARIES_ALWAYS").first.click()
    assert "Where it shows" in page.locator("body").inner_text()
    page.get_by_role("link", name="starlette 1.6.0 → 1.7.0").click()
    assert page.locator("h1").inner_text() == "starlette 1.6.0 → 1.7.0"
    assert "nothing was run" in page.locator("body").inner_text()
    page.get_by_role("link", name="All releases").click()
    page.get_by_role("link", name="Compare any two stacks").click()
    page.wait_for_selector("html[data-ready]")
    page.close()

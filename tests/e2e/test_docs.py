"""The docs' site: mkdocs builds it strictly, it fetches nothing, and it has all that there is."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from starlette_conformance.cli.topics import TOPICS
from starlette_conformance.stacks.project import ledger

ROOT = Path(__file__).parent.parent.parent
FETCHED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
NEVER = {"canonical", "prev", "next"}


class Elements(HTMLParser):
    """What a page would fetch from elsewhere, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors.add(given.get("id", ""))
        address = given.get(FETCHED.get(tag, ""), "")
        if given.get("rel") not in NEVER and re.match(r"(https?:)?//", address):
            self.foreign.append(address)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_no_page_fetches_anything_from_elsewhere(site: Path) -> None:
    pages = {path: Elements(path.read_text("utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 20
    assert [(str(path), page.foreign) for path, page in pages.items() if page.foreign] == []
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*|@import[^;]*", styles) == []


def test_every_command_and_every_change_has_an_anchor(site: Path) -> None:
    commands = Elements((site / "commands.html").read_text("utf-8")).anchors
    assert {name for topic in TOPICS.values() for name in topic} - commands == set()
    for package in {change.package for change in ledger().changes.values()}:
        page = Elements((site / "ledger" / f"{package}.html").read_text("utf-8"))
        names = {name for name, change in ledger().changes.items() if change.package == package}
        assert names - page.anchors == set()


def test_what_agents_read_names_pages_that_are_there(site: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", (site / "llms.txt").read_text("utf-8"))
    assert {"commands.html", "ledger/starlette.html", "app.html"} <= set(links)
    assert [link for link in links if not (site / link).exists()] == []


def test_what_the_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert len(links) > 15
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert len(text.splitlines()) < 80, "it has two screens"


QUESTIONS = {
    "May I merge this Dependabot pull request?": (
        ["In your CI"],
        "fail when a status changes that a client sees, unless it is accepted",
    ),
    "Did 1.10.0 break anything?": (
        ["What 1.10.0 changed"],
        "No difference is known that a client could see.",
    ),
    "Why is my gate inconclusive?": (
        ["What it costs"],
        "Exit code 3: the gate cannot tell, and says why in its last lines.",
    ),
    "How do I add my app?": (["Your own app"], "--requests clicks.har"),
    "Is my CDN affected?": (["What a cache or CDN notices", "RANGES_SPLIT"], "CVE-2025-62727"),
}
"""What readers ask: what they click, from the start page on, and what then answers it."""


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_readers_question_is_answered_in_two_clicks(
    site: Path, browser: Browser, question: str
) -> None:
    clicks, answer = QUESTIONS[question]
    assert len(clicks) <= 2
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(20_000)
    page.goto((site / "index.html").as_uri())
    place = page.locator(f"dt:has-text('{question}') + dd")
    for click in clicks:
        place.get_by_role("link", name=click, exact=True).first.click()
        place = page.locator("article")
    anchor = page.url.partition("#")[2]
    start = page.locator(f"[id='{anchor}']") if anchor else page.locator("h1")
    texts = start.first.evaluate(SECTION)
    assert answer in " ".join(texts.split())
    page.close()


SECTION = """(heading) => {
    const texts = [];
    for (let each = heading.nextElementSibling; each; each = each.nextElementSibling) {
        if (heading.tagName !== "H1" && /^H[1-3]$/.test(each.tagName)) break;
        texts.push(each.innerText);
    }
    return texts.join(" ");
}"""
"""What stands below a heading, up to the next one; of a page, all of it."""

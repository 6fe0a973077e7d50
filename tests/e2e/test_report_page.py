"""The page of the report in headless Chromium: what is shown, and what is asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

from starlette_conformance.__main__ import main
from tests.miniatures import clients_file
from tests.miniatures.run_files import MARKUP, beside_httptools, made, three_releases


@dataclass
class Seen:
    """A page that is open, what left it, and what it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def note(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(said.text)

    def error(self, error: Error) -> None:
        self.errors.append(str(error))

    def request(self, request: Request) -> None:
        self.asked.append(request.url)

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = three_releases(tmp_path_factory.mktemp("report") / "runs")
    made(folder, "1.9.0", varies=True, note="404 Not Found", ends=False, serves=False)
    target = folder.parent / "page.html"
    clients = clients_file.written(folder.parent / "clients.json")
    assert main(["report", str(folder), "--html", str(target), "--clients", str(clients)]) == 1
    return target


Opened = Callable[..., Seen]


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    """Opens the page, or another file, with nothing to be had but the file itself."""
    contexts = []

    def opens(path: Path = file, width: int = 1400, address: str = "") -> Seen:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        seen = Seen(context.new_page())
        context.on("request", seen.request)
        context.route(lambda url: url != path.as_uri(), lambda route: route.abort())
        seen.page.on("pageerror", seen.error)
        seen.page.on("console", seen.note)
        seen.page.goto(path.as_uri() + address)
        return seen

    yield opens
    for context in contexts:
        context.close()


@pytest.fixture
def seen(opened: Opened, file: Path) -> Iterator[Seen]:
    """The page, ready; in the end nothing was asked for, nothing complained, no markup ran."""
    found = opened()
    found.page.wait_for_selector("html[data-ready]")
    yield found
    assert found.page.evaluate("typeof hacked") == "undefined"
    assert found.errors == []
    assert found.asked == [file.as_uri()]


def test_it_answers_the_question(seen: Seen) -> None:
    assert seen.text("h1") == "Can I take this upgrade?"
    head = seen.text("#head")
    assert "4 stacks · starlette 1.6.0 … 1.9.0 · sse-starlette 3.0.0 · uvicorn 0.50.0" in head
    assert "judged" in head
    assert seen.page.locator("#older").input_value() == "0"
    assert seen.page.locator("#newer").input_value() == "3"


def test_the_terminal_counts_as_the_page_does(
    opened: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.html"
    folder = three_releases(tmp_path / "runs")
    assert main(["report", str(folder), "--html", str(target)]) == 0
    pair, counts = capsys.readouterr().out.splitlines()[-1].split(": ")
    seen = opened(target)
    seen.page.wait_for_selector("html[data-ready]")
    picked = [seen.page.locator(f"{at} option:checked").inner_text() for at in ("#older", "#newer")]
    assert picked == pair.split(" -> ")
    assert seen.text("#result .words").startswith(f"{counts}. ")
    changed = "4 responses changed from one stack to the next in its series, 3 of them unexplained."
    assert seen.text("#turned") == changed


def test_what_was_compared_in_part_is_not_green(opened: Opened, tmp_path: Path) -> None:
    folder, target = tmp_path / "runs", tmp_path / "page.html"
    made(folder, "1.8.0", varies=True)
    made(folder, "1.10.0", varies=True, serves=False)
    main(["report", str(folder), "--html", str(target)])
    seen = opened(target)
    seen.page.wait_for_selector("html[data-ready]")
    assert "starlette 1.8.0 and 1.10.0" in seen.text("#head")
    assert "1 request sent to one of the two only" in seen.text("#result .asides")
    explained = "{ ...upgrade.found, failing: [], unexplained: [] }"
    assert seen.page.evaluate(f"verdictWords({explained})[0]") == "warned"
    whole = f"verdictWords({{ ...{explained}, partly: false }})[0]"
    assert seen.page.evaluate(whole) == "good"


def test_two_releases_are_picked(seen: Seen) -> None:
    seen.page.select_option("#older", label="starlette-1.6.0")
    seen.page.select_option("#newer", label="starlette-1.7.0")
    words = seen.text("#result .words")
    assert words == ("2 of 3 responses differ, 1 of them unexplained. 1 spec fails on the newer.")
    assert "new=starlette-1.7.0" in seen.page.evaluate("location.hash")
    assert "starlette 1.6.0 → 1.7.0" in seen.text(".moved")
    group = seen.page.locator("details.group", has_text="CORS_VARIES_ALWAYS")
    group.locator("summary").first.click()
    group.get_by_text("vary: nothing → Origin").first.wait_for(timeout=10_000)
    assert group.locator("ins").all_inner_texts() == ["< vary: Origin"]
    seen.page.click("#swap")
    assert seen.page.locator("#older").input_value() == "1"
    assert "starlette 1.7.0 → 1.6.0" in seen.text(".moved")


def test_what_nothing_explains_is_said_to_be_so(seen: Seen) -> None:
    seen.page.select_option("#older", label="starlette-1.7.0")
    seen.page.select_option("#newer", label="starlette-1.8.0")
    assert "bad" in (seen.page.locator("#result").get_attribute("class") or "")
    group = seen.page.locator("details.group.bad", has_text="No named change explains")
    assert "2 responses" in group.inner_text()
    group.locator("summary").first.click()
    group.get_by_text("status: 200 → 404").first.wait_for(timeout=10_000)


def test_stacks_that_share_no_spec_are_not_called_equal(seen: Seen) -> None:
    seen.page.select_option("#older", label="starlette-1.8.0")
    seen.page.select_option("#newer", label="starlette-1.9.0")
    assert "1 spec judged on one of the two only" in seen.text("#result")


@pytest.mark.parametrize(
    ("headers", "reasons", "explained"),
    [
        ({}, ["CORS_VARIES_ALWAYS"], True),
        ({"connection": "close"}, ["CORS_VARIES_ALWAYS"], False),
        ({"connection": "close", "vary": "Origin"}, [], False),
    ],
)
def test_what_a_spec_asserts_of_parsers_does_not_explain_what_stacks_are_compared_by(
    opened: Opened, tmp_path: Path, headers: Mapping[str, str], reasons: list[str], explained: bool
) -> None:
    beside_httptools(three_releases(tmp_path / "runs"), headers)
    target = tmp_path / "page.html"
    assert main(["report", str(tmp_path / "runs"), "--html", str(target)]) == 0
    seen = opened(target)
    seen.page.wait_for_selector("html[data-ready]")
    compared = """() => {
        const of = (name) => data.stacks.findIndex((stack) => stack.name === name);
        return comparison(of("starlette-1.6.0-httptools"), of("starlette-1.7.0")).differing;
    }"""
    (only,) = seen.page.evaluate(compared)
    assert (sorted(only["reasons"]), only["explained"]) == (reasons, explained)


def test_the_address_names_the_two(opened: Opened) -> None:
    seen = opened(address="#old=starlette-1.7.0&new=starlette-1.8.0")
    seen.page.wait_for_selector("html[data-ready]")
    assert seen.page.locator("#older").input_value() == "1"
    assert seen.page.locator("#newer").input_value() == "2"


def test_a_cell_opens_beside_its_neighbours(seen: Seen) -> None:
    seen.page.locator(".row", has_text="static_files").locator(".label").click()
    seen.page.locator(".row.level2", has_text="serves a file").locator(".label").click()
    row = seen.page.locator(".row.level3", has_text="note.txt")
    row.locator("[data-column='2']").click()
    cell = seen.page.locator("#cell")
    assert cell.is_visible()
    assert "serves a file" in seen.text("#cell-title")
    assert "differs between starlette-1.7.0 and starlette-1.8.0" in cell.inner_text()
    assert "No named change explains it." in cell.inner_text()
    assert [text.split("\n")[0] for text in cell.locator("figure pre").all_inner_texts()] == [
        "< HTTP/1.1 200 OK",
        "< HTTP/1.1 404 Not Found",
    ]
    seen.page.keyboard.press("ArrowRight")
    assert "no verdict" in seen.text("#cell .verdict")
    seen.page.keyboard.press("Escape")
    assert not cell.is_visible()


def test_the_keyboard_is_enough(seen: Seen) -> None:
    seen.page.locator("#matrix").focus()
    for key in ("Home", "ArrowDown", "ArrowRight", "ArrowDown"):
        seen.page.keyboard.press(key)
    here = seen.page.locator("#matrix .here")
    assert here.inner_text().strip() == "greets the user"
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        seen.page.keyboard.press(key)
    cell = seen.page.locator("#cell")
    assert "CORS_VARIES_ALWAYS" in cell.inner_text()
    seen.page.keyboard.press("Escape")
    assert not cell.is_visible()


def test_a_cell_without_data_looks_missing(seen: Seen) -> None:
    cells = seen.page.locator(".row", has_text="static_files").locator(".cell")
    classes = [cells.nth(number).get_attribute("class") for number in range(cells.count())]
    assert classes == [
        "cell pass",
        "cell pass",
        "cell pass turn unexplained odd",
        "cell missing odd",
    ]
    assert "starlette-1.9.0: the run was cut off; 1 of 3 specs" in seen.text("#unjudged")


def test_a_filter_leaves_what_it_names(seen: Seen) -> None:
    seen.page.fill("#words", "greets")
    assert seen.text("#found") == "1 of 3 specs"
    assert seen.page.locator("#rows .row").count() == 2
    seen.page.fill("#words", "no such words")
    assert seen.page.locator("#rows .row").count() == 0
    seen.page.fill("#words", "")
    seen.page.select_option("#only", "failing")
    assert seen.text("#found") == "1 of 3 specs"


def test_what_a_run_file_says_is_text(seen: Seen) -> None:
    seen.page.select_option("#newer", label="starlette-1.8.0")
    for group in seen.page.locator("details.group").all():
        group.locator("summary").first.click()
    seen.page.locator(".row", has_text="hello").locator(".label").click()
    seen.page.locator(".row.level2").locator(".label").click()
    seen.page.locator(".row.level3").locator("[data-column='1']").click()
    shown = seen.page.locator("#cell").inner_text()
    assert MARKUP in shown
    assert r"\u{202e}\x00" in shown
    assert seen.page.locator("img").count() == 0


def test_clients_stand_in_a_matrix_whose_rows_open(seen: Seen) -> None:
    said = "2 clients in 2 versions on 3 streams: 1 known difference from the HTML standard, 1 new"
    assert seen.text("#clients-summary") == f"{said}; 1 not judged."
    assert seen.page.locator("#clients-head tr").nth(1).locator("th").all_inner_texts() == [
        "lines",
        "2.4.1 … 2.5.0",
        "3.0.0 … 3.0.1",
    ]
    assert seen.page.locator("#clients-head .sent").all_inner_texts() == ["3.0.0 … 3.0.1"]
    rows = seen.page.locator("#clients-rows tr")
    assert [each.split("\t") for each in rows.all_inner_texts()] == [
        ["right 1.0", "ok", "ok", "ok"],
        ["wrong 1.0", "0/1", "ok", "differs !"],
        ["absent 1.0", "not judged: there is no node"],
    ]
    seen.page.get_by_role("button", name="wrong 1.0").click()
    details = seen.page.locator("#clients-rows .details")
    assert MARKUP in details.inner_text()
    assert details.get_by_role("link").get_attribute("href") == clients_file.LINK
    seen.page.get_by_role("button", name="wrong 1.0").click()
    assert details.count() == 0


def test_without_a_file_of_clients_there_is_no_matrix_of_them(
    opened: Opened, tmp_path: Path
) -> None:
    target = tmp_path / "page.html"
    main(["report", str(three_releases(tmp_path / "runs")), "--html", str(target)])
    seen = opened(target)
    seen.page.wait_for_selector("html[data-ready]")
    assert not seen.page.locator("#clients").is_visible()
    assert not seen.page.locator("#to-clients").is_visible()


def test_it_is_printed_with_every_group_open(seen: Seen) -> None:
    seen.page.select_option("#newer", label="starlette-1.8.0")
    closed = seen.page.locator("details.group:not([open])").count()
    assert closed > 1
    assert seen.page.pdf().startswith(b"%PDF")
    seen.page.emulate_media(media="print")
    assert not seen.page.locator("nav").is_visible()
    assert not seen.page.locator(".pickers").is_visible()
    assert "starlette-1.6.0 → starlette-1.8.0" in seen.text(".moved")
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert seen.page.locator("details.group:not([open])").count() == 0
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.page.locator("details.group:not([open])").count() == closed


@pytest.mark.parametrize("width", [320, 400, 1400])
def test_it_is_no_wider_than_the_window(opened: Opened, width: int) -> None:
    seen = opened(width=width)
    seen.page.wait_for_selector("html[data-ready]")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_data_that_cannot_be_read_are_told(opened: Opened, file: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.html"
    text = file.read_text("utf-8").replace('id="data">H4sI', 'id="data">AAAA')
    torn.write_text(text, "utf-8")
    seen = opened(torn)
    seen.page.wait_for_function("document.getElementById('waiting').textContent != 'Unpacking…'")
    assert "The data of this page cannot be read" in seen.text("#waiting")
    assert seen.errors


def test_a_script_or_a_picture_that_was_planted_is_refused(
    opened: Opened, file: Path, tmp_path: Path
) -> None:
    planted = tmp_path / "planted.html"
    more = "<script>hacked = 1</script><img src='http://127.0.0.1:9/x'></body>"
    planted.write_text(file.read_text("utf-8").replace("</body>", more), "utf-8")
    seen = opened(planted)
    seen.page.wait_for_selector("html[data-ready]")
    assert seen.page.evaluate("typeof hacked") == "undefined"
    assert seen.errors


def test_a_request_that_leaves_the_page_is_noticed(
    opened: Opened, file: Path, tmp_path: Path
) -> None:
    planted = tmp_path / "planted.html"
    text = file.read_text("utf-8").replace("Content-Security-Policy", "x-nothing")
    planted.write_text(text.replace("</body>", "<img src='http://127.0.0.1:9/x'></body>"), "utf-8")
    seen = opened(planted)
    seen.page.wait_for_selector("html[data-ready]")
    assert "http://127.0.0.1:9/x" in seen.asked

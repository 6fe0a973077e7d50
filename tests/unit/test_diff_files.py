"""The renderings of a diff: hostile text cannot break out of any, and files are whole."""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jinja2 import UndefinedError
from playwright.sync_api import Browser
from rich.console import Console

from starlette_conformance.diff import files, phrases
from starlette_conformance.diff.annotations import as_annotations
from starlette_conformance.diff.cause_lines import of_group
from starlette_conformance.diff.junit_cases import as_junit
from starlette_conformance.diff.terminal import render
from starlette_conformance.explain.cause import Cause, Causes, Culprit, Sufficient
from starlette_conformance.explain.changes_between import NotShown, Security
from starlette_conformance.explain.exit_code import exit_code
from starlette_conformance.explain.repetition import Repetition, Unconfirmed
from starlette_conformance.explain.result import Diff, Difference, Differing, Group, Line, Unstable
from starlette_conformance.explain.side import Side
from starlette_conformance.explain.statuses import Statuses
from starlette_conformance.model.changes import Change
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output import output_files, result
from tests.miniatures.log_parsers import read_as_text

EVIL = "</script><script>alert(1)</script>```\n# x [bold]y[/bold] ]]> \x00\ud800 | \" '"
EVIL = EVIL.replace("\ud800", "").replace("\x00", "\\x00").replace("\n", "\\n")
CHANGE = Change("starlette", "1.0", "fix", "It says more.", "https://x/1", noticed_by=("proxy",))
SIDE = Side("old", (("starlette", "0.9"),), "h11", "asyncio", "3.11.7")
EXCHANGE = Differing(
    "hello",
    (f"GET /{EVIL} HTTP/1.1", EVIL),
    (Line("< HTTP/1.1 200 OK"), Line(f"< a: {EVIL}", True)),
    (Line("< HTTP/1.1 200 OK"),),
    (Difference("presence", "header a", EVIL, None),),
    ("MORE",),
)
LEFT = replace(EXCHANGE, changes=(), remaining=EXCHANGE.differences, commands=(f"curl {EVIL}",))
FIX = replace(CHANGE, kind="security")
DIFF = Diff(
    SIDE,
    replace(SIDE, name=EVIL, packages=(("starlette", "1.0"),)),
    10,
    (LEFT, EXCHANGE),
    1.25,
    security=(Security("MORE", FIX, "lacking"),),
    unexplained=(Group("header a", None, "presence", (LEFT,), ("header a",), explained=False),),
    explained=(Group("MORE", CHANGE, "presence", (EXCHANGE,), ("header a",)),),
    not_shown=(NotShown("QUIET", replace(CHANGE, kind="regression"), True, "it is only logged"),),
    unconfirmed=(Unconfirmed("GET /once (hello)", ("status",)),),
    masked=(f"cookie {EVIL}",),
    not_compared=(f"sse {EVIL}",),
)
EXPLAINED = replace(DIFF, unexplained=(), differing=(EXCHANGE,))
ACCEPTED = replace(EXCHANGE, accepted=EXCHANGE.differences)
FLAKY = Unstable("old", EXCHANGE, 1, 20, 1020, (("8 at once", 20),))
REPEATED = Repetition(1000, (8, 64), 0, (("hello", 1020), ("sse streams", 80)))
NOTHING = Diff(SIDE, SIDE, 10, seconds=1.0)


def test_the_page_holds_no_markup_of_a_server() -> None:
    page = files.as_html(DIFF)
    assert "<script" not in page
    assert "alert(1)" in page
    assert re.findall(r"(?:src|href)=\"(?!https://x/1)[^\"]*", page) == []
    assert "default-src 'none'" in page


def test_markdown_keeps_a_servers_text_in_its_fence() -> None:
    text = files.as_markdown(DIFF)
    fences = re.findall(r"(?m)^(`{4,})(?:text)?$", text)
    assert len(fences) == 4
    assert "<script" not in read_as_text(text)
    assert text.index("### Unexplained") < text.index("### Explained")


def test_junit_has_a_case_for_each_reason_and_can_be_read() -> None:
    (suite,) = ET.fromstring(as_junit(DIFF))
    assert (suite.get("tests"), suite.get("failures")) == ("4", "2")
    names = [case.get("name", "").split(":")[0] for case in suite.iter("testcase")]
    assert names == ["UNEXPLAINED header a", "NOT COMPARED", "presence", "NOT SHOWN QUIET"]
    (skipped,) = suite.iter("skipped")
    assert "which NEW lacks): It says more. Not shown: it is only logged." in (
        skipped.get("message") or ""
    )


def test_red_is_bad_news_and_no_severity() -> None:
    """A fix that alters a status is good news, and so is a regression that NEW lacks."""
    fix = Group("MORE", CHANGE, "status", (EXCHANGE,), ("status",))
    gone = replace(fix, change=replace(CHANGE, kind="regression"), lost=True)
    whole = Diff(SIDE, SIDE, 10, (EXCHANGE,), explained=(fix, gone))
    page = files.as_html(whole)
    assert 'class="bad"' not in page
    assert '<span class="tag"><i class="dot status"></i>status</span>' in page
    assert '<b class="good">fix</b>' in page
    assert '<b class="good">regression, which NEW lacks</b>' in page
    back = replace(whole, explained=(replace(fix, lost=True), replace(gone, lost=False)))
    page = files.as_html(back)
    assert '<b class="bad">fix, which NEW lacks</b>' in page
    assert '<b class="bad">regression</b>' in page


FORMATS = {
    "json": files.as_json,
    "markdown": files.as_markdown,
    "html": files.as_html,
    "junit": as_junit,
}


@pytest.mark.parametrize("form", [*FORMATS, "terminal"])
def test_every_format_lists_the_changes_that_no_request_shows(form: str) -> None:
    if form == "terminal":
        console = Console(file=io.StringIO(), width=100)
        render(DIFF, console)
        assert isinstance(console.file, io.StringIO)
        text = console.file.getvalue()
    else:
        text = FORMATS[form](DIFF)
    assert "QUIET" in text
    assert "it is only logged" in text
    if form != "json":
        assert phrases.NOT_SHOWN in text


def rendered(diff: Diff, form: str) -> str:
    if form != "terminal":
        return FORMATS[form](diff)
    console = Console(file=io.StringIO(), width=100)
    render(diff, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("form", [*FORMATS, "terminal"])
def test_every_format_has_what_is_unstable_with_its_rate_and_what_may_be_missed(form: str) -> None:
    text = rendered(replace(DIFF, unstable=(FLAKY,), repetition=REPEATED), form)
    assert "8 at once" in text
    if form == "json":
        found = json.loads(text)
        assert found["unstable"][0]["total"] == 1020
        assert found["repetition"]["missed"]["50"]["sse streams"] == pytest.approx(0.98**80)
    else:
        assert "20 of 1,020 responses of hello" in text
        assert "in 1 of 50 responses, less than 0.01 % (hello) to 20 % (sse streams)" in text
        assert re.search("unstable", text, re.IGNORECASE)


@pytest.mark.parametrize("form", [*FORMATS, "terminal"])
def test_every_format_counts_statuses_and_says_that_nothing_succeeded(form: str) -> None:
    statuses = Statuses.of([401, 401, 404], [401, 500, 0])
    assert statuses.nothing_succeeded
    text = rendered(replace(NOTHING, statuses=statuses, inconclusive=("no login",)), form)
    assert "inconclusive: none of 10 responses differs" in text.lower() or form == "junit"
    assert "no login" in text
    if form == "json":
        assert json.loads(text)["statuses"] == {
            "older": {"4xx": 3},
            "newer": {"4xx": 1, "5xx": 1, "no response": 1},
        }
    else:
        assert "OLD 3 4xx; NEW 1 4xx, 1 5xx, 1 no response" in text


@pytest.mark.parametrize(
    ("status", "nothing"), [(101, False), (200, False), (303, False), (0, True)]
)
def test_a_request_succeeds_where_old_responds_with_1xx_2xx_or_3xx(
    status: int, nothing: bool
) -> None:
    assert Statuses.of([404, status], [200, 200]).nothing_succeeded == nothing


def test_what_is_unstable_fails_in_junit() -> None:
    (suite,) = ET.fromstring(as_junit(replace(NOTHING, unstable=(FLAKY,))))
    assert suite.get("failures") == "1"


def test_the_summary_names_what_did_not_reproduce() -> None:
    summary = phrases.summary(DIFF)
    assert summary == (
        "2 of 10 responses differ, 1 of them unexplained; 1 not compared; 1 difference did not "
        "reproduce on retry and was ignored: GET /once (hello): status (1.2 s)"
    )


def test_annotations_have_the_most_dangerous_first_and_room_for_warnings() -> None:
    status = Difference("status", "status", "200", "500")
    many = [replace(LEFT, app=f"GET /{number}") for number in range(12)]
    paying = replace(LEFT, app="GET /pay", differences=(status,), remaining=(status,))
    warned = tuple(f"{number} was not compared" for number in range(12))
    text = as_annotations(replace(DIFF, differing=(*many, paying), not_compared=warned))
    levels = [line.split(" ")[0] for line in text.splitlines()]
    assert levels == [*["::error"] * 9, *["::warning"] * 9, "::notice"]
    assert "GET /pay" in text.splitlines()[0]
    assert "(7 more findings in the report)" in text


def test_a_cause_of_some_requests_of_a_group_names_them() -> None:
    def cause(package: str, *requests: str) -> Cause:
        culprit = Culprit(package, "1.0", "2.0", first_release="2.0")
        found = Sufficient((culprit,), "alone")
        return Cause(tuple((each, "body $.x") for each in requests), (found,), proved=True)

    exchanges = [
        replace(LEFT, app=app, remaining=(Difference("body", "body $.x", "1", "2"),))
        for app in ("GET /a", "GET /b", "GET /c", "GET /d", "GET /e")
    ]
    group = replace(DIFF.unexplained[0], exchanges=tuple(exchanges))
    first, *others = (each.place for each in exchanges)
    causes = (cause("ann", first), cause("bob", *others))
    found = replace(DIFF, causes=Causes(causes, 3, 1.0))
    assert [line for line in of_group(found, group) if line.startswith("cause")] == [
        f"cause of body $.x in {first}: ann 2.0 (proved both ways)",
        f"cause of body $.x in {', '.join(others[:3])} and 1 more: bob 2.0 (proved both ways)",
    ]


def test_junit_of_nothing_has_a_case_that_passes() -> None:
    suite = ET.fromstring(as_junit(NOTHING))
    assert [case.get("name") for case in suite.iter("testcase")] == ["no response differs"]


def test_json_has_what_its_docstring_says() -> None:
    found = json.loads(files.as_json(DIFF))
    assert found["schema"] == files.SCHEMA
    said = f"{files.document.__doc__} {result.__doc__}"
    assert all(re.search(rf"\b{key}\b", said) for key in found)
    for group in (*found["unexplained"], *found["explained"]):
        assert all(re.search(rf"\b{key}\b", said) for key in group)
        assert all(re.search(rf"\b{key}\b", said) for key in group["exchanges"][0])
    assert all(re.search(rf"\b{key}\b", said) for key in found["not_shown"][0])
    assert found["unexplained"][0]["exchanges"][0]["remaining"][0]["before"] == EVIL


def test_the_terminal_shows_what_is_unexplained_before_what_is() -> None:
    console = Console(file=io.StringIO(), width=100)
    render(DIFF, console)
    assert isinstance(console.file, io.StringIO)
    output = console.file.getvalue()
    order = ["SECURITY", "NOT COMPARED", "UNEXPLAINED  - a  GET /", "PRESENCE MORE  fix"]
    assert sorted(order, key=output.index) == order
    assert "[bold]y[/bold]" in output
    assert f"reproduce: curl {EVIL}" in output


@pytest.mark.parametrize(("width", "shown"), [(80, 0), (120, 1)])
def test_names_of_changes_are_whole_in_a_narrow_terminal(width: int, shown: int) -> None:
    name = "A_NAME_THAT_TAKES_THIRTY_CHARS"
    text = io.StringIO()
    group = replace(DIFF.explained[0], name=name)
    render(replace(DIFF, explained=(group,)), Console(file=text, width=width))
    overview = text.getvalue().partition(f"PRESENCE {name}")[0]
    assert overview.count(name) == 1
    assert overview.count("who notices") == shown


@pytest.mark.parametrize(
    ("diff", "fail_on", "code"),
    [
        (DIFF, [], 1),
        (NOTHING, ["any"], 0),
        (replace(NOTHING, unstable=(FLAKY,)), [], 1),
        (EXPLAINED, [], 3),
        (replace(NOTHING, not_shown=DIFF.not_shown), [], 0),
        (replace(NOTHING, not_shown=DIFF.not_shown), ["regression"], 1),
        (replace(NOTHING, not_shown=DIFF.not_shown), ["any"], 1),
        (replace(NOTHING, not_shown=DIFF.not_shown), ["fix"], 0),
        (replace(EXPLAINED, not_compared=()), [], 0),
        (replace(EXPLAINED, not_compared=()), ["security"], 0),
        (replace(EXPLAINED, not_compared=()), ["fix"], 1),
        (replace(EXPLAINED, not_compared=()), ["any"], 1),
        (replace(EXPLAINED, not_compared=()), ["status"], 0),
        (replace(EXPLAINED, not_compared=()), ["presence"], 1),
        (replace(EXPLAINED, not_compared=()), ["header"], 1),
        (replace(EXPLAINED, not_compared=(), differing=(ACCEPTED,)), ["header", "fix"], 0),
        (replace(NOTHING, compared=0), [], 3),
    ],
)
def test_the_exit_code(diff: Diff, fail_on: list[str], code: int) -> None:
    assert exit_code(diff, fail_on) == code


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    output_files.write(path, "text")
    assert path.read_text("utf-8") == "text"
    assert [each.name for each in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(UsageError, match="cannot be written"):
        output_files.write(Path("/proc/a.html"), "text")


def test_a_template_that_asks_for_what_is_not_there_is_noticed() -> None:
    with pytest.raises(UndefinedError):
        files.templates(True).from_string("{{ nonesuch }}").render()


def test_a_page_of_words_without_blanks_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "diff.html"
    path.write_text(files.as_html(replace(DIFF, masked=("m" * 99,), not_compared=("n" * 99,))))
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(path.as_uri())
    page.locator("summary").evaluate_all("all => all.forEach(each => each.click())")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_case_of_many_requests_names_some_of_them() -> None:
    many = tuple(replace(LEFT, app=f"GET /{number} (a.http:1)") for number in range(9))
    (group,) = DIFF.unexplained
    diff = replace(DIFF, unexplained=(replace(group, exchanges=many),))
    case = next(ET.fromstring(as_junit(diff)).iter("testcase"))
    assert case.get("classname") == (
        "diff.GET /0 (a.http:1).GET /1 (a.http:1).GET /2 (a.http:1) and 6 more"
    )
    assert str(case[0].get("message")).startswith("presence: 9 exchanges differ in header a")

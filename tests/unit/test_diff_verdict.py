"""How a diff ends on a terminal: the verdict last, in 25 lines; its files before that."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from starlette_conformance.diff.cannot_run import CannotRun, apps_that_run
from starlette_conformance.diff.comparable import all_named, first_lines, nothing_asked
from starlette_conformance.diff.conclude import conclude
from starlette_conformance.diff.files import as_html
from starlette_conformance.diff.headline import request_in
from starlette_conformance.diff.left_out import unconfirmed
from starlette_conformance.diff.terminal import style
from starlette_conformance.diff.verdict import render_verdict
from starlette_conformance.explain.recorded import Recorded
from starlette_conformance.explain.repetition import Unconfirmed
from starlette_conformance.explain.result import Diff, Difference, Differing, Group
from starlette_conformance.explain.side import Side
from starlette_conformance.explain.start import Start
from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.model.stack import Stack
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.one_screen import LINES
from starlette_conformance.stacks import pages
from starlette_conformance.stacks.project import ROOT
from starlette_conformance.stacks.script_imports import imported
from tests.miniatures.raw_server import ENVIRONMENT

OLD = Side("old", (("fastapi", "0.115.12"), ("starlette", "0.46.1")), "h11", "asyncio", "3.11.7")
NEW = Side("new", (("fastapi", "0.128.0"), ("starlette", "0.50.0")), "h11", "asyncio", "3.11.9")
STATUS = Difference("status", "status", "206", "400")
EXCHANGE = Differing("static_files", ("GET / HTTP/1.1",), (), (), (STATUS,), ("SPLIT",))
CHANGE = Change("starlette", "0.49.1", "fix", "Was 206; now 400." * 9, "https://example.org")
EXPLAINED = Group("SPLIT", CHANGE, "status", (EXCHANGE,), ("status",))
MANY = Diff(OLD, NEW, 10, (EXCHANGE,), explained=(EXPLAINED,) * 40, command="diff old new")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What is on the screen, or in the pipe, after a diff."""
    monkeypatch.setattr(pages, "cache_folder", lambda: tmp_path)

    def lines(diff: Diff, file: io.StringIO, **files: Path) -> list[str]:
        conclude(diff, files, (), Console(file=file, width=80, color_system=None))
        return file.getvalue().splitlines()

    return lines


def test_a_request_is_named_once_with_where_it_is() -> None:
    assert request_in("GET /me HTTP/1.1", "GET /me (a.http:3)") == "GET /me (a.http:3)"
    assert request_in("GET /me HTTP/1.1", "hello") == "GET /me (hello)"


def test_what_did_not_reproduce_is_named_but_where_its_cause_is_known() -> None:
    late = [Unconfirmed(f"GET /{n} (sse)", ("arrivals",)) for n in range(2)]
    wrong = Unconfirmed("GET / (hello)", ("arrivals", "body"))
    assert list(unconfirmed(replace(MANY, unconfirmed=()))) == []
    assert list(unconfirmed(replace(MANY, unconfirmed=(*late, wrong)))) == [
        "1 difference did not reproduce on retry and was ignored: GET / (hello): arrivals, body",
        "2 streams came in other parts once: busy cores hold a server up between writes",
    ]


def test_a_cache_that_may_not_be_written_costs_the_page_and_not_the_verdict(
    shown: Callable[..., list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(pages, "cache_folder", lambda: tmp_path / "file")
    lines = shown(MANY, Terminal())
    assert not [line for line in lines if line.startswith("html:")]
    assert any(line.startswith("1 of 10 ") for line in lines)


def test_a_terminal_gets_25_lines_of_80_columns_the_page_last(
    shown: Callable[..., list[str]], tmp_path: Path
) -> None:
    lines = shown(MANY, Terminal())
    (page,) = tmp_path.glob("pages/*.html")
    assert lines[-1] == f"html: {page}"
    assert "Was 206; now 400." in page.read_text("utf-8")
    assert page.stat().st_mode & 0o077 == 0
    screen = sum(1 + (len(line) - 1) // 80 for line in lines)
    assert screen <= LINES
    assert all(len(line) < 80 for line in lines[:-1])
    rows = [line for line in lines if line.startswith("status  ")]
    assert f"... and {40 - len(rows)} more lines; -v shows all" in lines
    verdict = "1 of 10 responses differ, all explained by 40 changes, of which 40 alter a status"
    assert verdict in " ".join(lines[-4:-1])


def test_a_terminal_gets_each_hint_once(shown: Callable[..., list[str]]) -> None:
    start = Start("did not start", "", (), ("main.py has application: --app main:application",))
    lines = shown(Diff(OLD, NEW, 0, starts=(start, start), command="diff"), Terminal())
    assert lines.count("  hint: main.py has application: --app main:application") == 1


def test_a_pipe_gets_all_and_no_page(shown: Callable[..., list[str]], tmp_path: Path) -> None:
    lines = shown(MANY, io.StringIO())
    assert sum(line.startswith("STATUS SPLIT") for line in lines) == 40
    assert lines[-1].startswith("1 of 10 responses differ, all explained by 40 changes")
    assert not (tmp_path / "pages").exists()


def test_files_are_named_at_the_end_and_lost_by_no_broken_pipe(
    shown: Callable[..., list[str]], tmp_path: Path
) -> None:
    files = {"html": tmp_path / "a.html", "json": tmp_path / "a.json"}
    assert shown(MANY, Terminal(), **files)[-2:] == [f"{n}: {files[n]}" for n in ("json", "html")]

    class Broken(Terminal):
        def write(self, text: str) -> int:  # noqa: ARG002
            raise BrokenPipeError

    for path in files.values():
        path.unlink()
    with pytest.raises((BrokenPipeError, SystemExit)):
        conclude(MANY, files, (), Console(file=Broken(), width=80))
    assert all(path.exists() for path in files.values())


def test_the_page_names_packages_its_date_its_maker_and_no_path() -> None:
    side = Side("/home/ada/venv/bin/python", OLD.packages, "h11", "asyncio", "3.11.7")
    page = as_html(replace(MANY, older=side))
    assert "<title>starlette 0.46.1 → 0.50.0, fastapi 0.115.12 → 0.128.0</title>" in page
    assert "<h1>starlette 0.46.1 → 0.50.0, fastapi 0.115.12 → 0.128.0</h1>" in page
    assert re.search(r"· \d{4}-\d\d-\d\d \d\d:\d\d UTC, starlette-conformance \d", page)
    assert '<span class="status" style="flex: 1"></span>' in page
    assert "<h1>The same packages on both sides</h1>" in as_html(replace(MANY, newer=OLD))


def test_the_first_line_says_why_a_diff_proves_nothing(shown: Callable[..., list[str]]) -> None:
    why = "no reference app imports fastapi; compare your own app with --app"
    for file in (Terminal(), io.StringIO()):
        assert shown(replace(MANY, inconclusive=(why,)), file)[0] == f"INCONCLUSIVE {why}"
    long = "no reference app imports fastapi, pydantic, sqlmodel, typer; compare it with --app"
    both = shown(replace(MANY, inconclusive=(long,)), Terminal())[:2]
    assert " ".join(both) == f"INCONCLUSIVE {long}"


WITH_SSE = replace(ENVIRONMENT, packages={"starlette": "1.0", "sse-starlette": "3.0"})
WITHOUT_SSE = replace(ENVIRONMENT, packages={"starlette": "1.0"})


@pytest.mark.parametrize(
    ("named", "sides", "expected"),
    [
        ((), (WITH_SSE, WITH_SSE), CannotRun(("hello", "sse"))),
        (
            (),
            (WITHOUT_SSE, WITHOUT_SSE),
            CannotRun(("hello",), ("sse was left out: OLD and NEW lack sse-starlette.",)),
        ),
        ((), (WITH_SSE, WITHOUT_SSE), "sse: NEW lacks sse-starlette; "),
        (("sse",), (WITHOUT_SSE, WITHOUT_SSE), "sse: OLD lacks sse-starlette; "),
    ],
)
def test_an_app_is_left_out_that_runs_on_neither_stack(
    named: tuple[str, ...], sides: tuple[Environment, Environment], expected: CannotRun | str
) -> None:
    found = apps_that_run(["hello", "sse"], named, sides)
    if isinstance(expected, str):
        assert (found.runs, found.nowhere) == (("hello",), ())
        assert len(found.not_compared) == 1
        assert found.not_compared[0].startswith(expected)
        assert "` installs it" in found.not_compared[0]
    else:
        assert found == expected


def test_a_diff_of_which_no_app_runs_says_what_to_install() -> None:
    with pytest.raises(CannotTell, match=r"no reference app runs .* installs it"):
        apps_that_run(["sse"], ["sse"], (WITHOUT_SSE, WITH_SSE))


def test_what_was_left_out_stands_before_the_verdict(shown: Callable[..., list[str]]) -> None:
    said = "sse was left out: OLD and NEW lack sse-starlette."
    for file in (Terminal(), io.StringIO()):
        assert said in shown(replace(MANY, left_out=(said,)), file)


def test_what_scripts_import_are_packages() -> None:
    every = [*ROOT.glob("apps/*.py"), *ROOT.glob("specs/*/apps/*.py")]
    known = {"starlette", "sse-starlette", "uvicorn", "anyio", "itsdangerous"}
    assert {name for path in every for name in imported(path)} <= known
    assert imported(ROOT / "apps" / "sse.py") == {"starlette", "sse-starlette"}


UNLIKE = replace(OLD, parser="httptools", python="3.14.0")


@pytest.mark.parametrize(
    ("newer", "first"),
    [
        (replace(OLD, name="new"), []),
        (replace(OLD, python="3.11.9"), []),
        (UNLIKE, ["OLD and NEW differ in parser (h11, httptools), Python (3.11, 3.14), and "]),
        (NEW, ["No reference app imports fastapi: what they change was not compared. "]),
    ],
)
def test_what_is_not_comparable_comes_first(newer: Side, first: list[str]) -> None:
    found = first_lines(replace(MANY, newer=newer))
    assert len(found) == len(first)
    assert all(line.startswith(start) for line, start in zip(found, first, strict=True))


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (["fastapi==0.128.0"], "no reference app imports fastapi; compare your own app with --app"),
        (["fastapi==0.128.0", "starlette==0.50.0"], ""),
        ([], ""),
        (["Starlette==0.50.0"], ""),
    ],
)
def test_a_diff_of_what_no_app_imports_proves_nothing(named: list[str], said: str) -> None:
    stack = Stack("x", requirements=(*named, "starlette", "uvicorn"))
    assert nothing_asked([stack]) == said


@pytest.mark.parametrize(
    ("target", "release", "known"),
    [
        (Stack("x", ("starlette==1.10.0",)), "1.10.0", True),
        (Stack("x", ("starlette",)), "99.0", False),
        (Stack("x", ("starlette @ file:///x/starlette-1.10.0-py3-none-any.whl",)), "1.10.0", False),
        (ENVIRONMENT, "1.10.0", False),
    ],
)
def test_what_nobody_released_may_hold_a_change_without_a_name(
    target: Stack | Environment, release: str, known: bool
) -> None:
    documented = replace(ENVIRONMENT, packages={"starlette": "0.46.1", "uvicorn": "0.34.0"})
    side = replace(ENVIRONMENT, packages={"starlette": release, "uvicorn": "0.34.0"})
    assert all_named([Stack("documented"), target], [documented, side]) == known


def test_what_was_recorded_comes_first_and_is_not_green() -> None:
    recorded = Recorded("https://example.org/", "2026-11-29", "0.1.0")
    found = replace(MANY, recorded=recorded, notes=("3 scenarios were not played on both",))
    assert (style(MANY, []), style(found, [])) == ("bold green", "bold yellow")
    console = PlainConsole(width=80)
    console.file = io.StringIO()
    render_verdict(found, console, ["html: diff.html"])
    lines = console.file.getvalue().splitlines()
    assert lines[0].startswith("Published data at https://example.org/, made on 2026-11-29 by")
    assert "note: 3 scenarios were not played on both" in lines
    assert len(lines) <= LINES
    assert 'class="outcome warned"' in as_html(found)

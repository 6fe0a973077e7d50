"""What servers, apps and run files say reaches the terminal as text, and as nothing else."""

import ast
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from starlette_conformance.__main__ import main
from starlette_conformance.diff.reference_apps import FORMATS
from starlette_conformance.diff.terminal import render, render_unexplained
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.result import Diff, Difference, Differing, Group, Line, Side
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.sanitize import plain, printable
from starlette_conformance.replay.corpus import Asked
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.runs.run_file import Run
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.log_parsers import read_as_text
from tests.miniatures.raw_server import ENVIRONMENT, closes, miniature
from tests.miniatures.run_files import answered, environment

EVIL = "\x1b[2J\x1b]0;title\x07\x9b31m[red]x[/red] \u202ey\r\x08[link=file:///etc]z :bomb:"
SHOWN = r"\x1b[2J\x1b]0;title\x07\x9b31m[red]x[/red] \u202ey\r\x08[link=file:///etc]z :bomb:"


def only_text(shown: str) -> None:
    """Fail where there is a character that a terminal could obey."""
    assert "x[/red]" in shown
    assert {char for char in shown if not char.isprintable()} <= {"\n"}


@pytest.mark.parametrize("wrapped", [str, Text, lambda text: Text(text, "bold red")])
def test_a_console_shows_what_it_is_given(
    wrapped: type[str], capsys: pytest.CaptureFixture[str]
) -> None:
    PlainConsole(width=200).print(wrapped(EVIL), soft_wrap=True)
    assert capsys.readouterr().out == f"{SHOWN}\n".replace(r"\r\x08", "").replace(
        r"\x07", ""
    )  # rich drops these


def test_a_table_shows_what_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("[bold]head", title=EVIL)
    table.add_row(EVIL)
    PlainConsole(width=200).print(table)
    shown = capsys.readouterr().out
    only_text(shown)
    assert "[bold]head" in shown


def test_colours_of_the_console_itself_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output = PlainConsole(width=80)
    output.file = io.StringIO()
    output.print("\x1b[1mred", style="red")
    assert output.file.getvalue() == "\x1b[31m\\x1b[1mred\x1b[0m\n"


def test_text_is_made_plain_in_one_line_or_in_its_own() -> None:
    assert plain("a\nb\tc\x00\x7f") == r"a\nb\tc\x00\x7f"
    assert printable("a\nb\x1bc") == "a\nb\\x1bc"
    assert plain("abcd", 2) == "ab... (4 characters)"


def test_no_other_console_shows_what_is_not_our_own() -> None:
    """Those that are not the one of `output/console.py` are quiet, or write to a string."""
    found = {
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in ROOT.glob("starlette_conformance/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Console"
    }
    assert found == {
        "starlette_conformance/replay/corpus.py: Console(quiet=True)",
        "starlette_conformance/selftest.py: Console(file=io.StringIO())",
    }


def hostile_run(folder: Path) -> Path:
    stack = f"{EVIL}<script>alert(1)</script>"
    run = Run(folder, stack)
    run.begin(replace(environment("1.0.0"), name=stack))
    spec = f"specs/hello/test_hello.py::test_it[{stack}-{EVIL}</script>]"
    run.exchange(spec, answered("hello", "1.0.0", f"/{EVIL[:9]}", "200 OK", {"x": EVIL}, EVIL))
    run.verdict(spec, "hello", "fail", f"{EVIL}<script>", {EVIL: True}, 0.1)
    run.verdict(f"{spec}2", "hello", "harness error", EVIL, {}, 0.1)
    run.end(complete=False)
    return run.path


def test_a_run_file_is_shown_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile_run(tmp_path / "runs")
    runs, page, xml = str(tmp_path / "runs"), tmp_path / "page.html", tmp_path / "junit.xml"
    markdown = tmp_path / "summary.md"
    assert main(["matrix", runs, "--junit", str(xml), "--markdown", str(markdown)]) == 1
    assert main(["report", runs, "--html", str(page)]) == 1
    shown = capsys.readouterr()
    only_text(shown.out)
    assert "<script>alert" not in page.read_text("utf-8")
    for path in (xml, markdown):
        text = path.read_text("utf-8")
        assert "<script>alert" not in read_as_text(text)
        assert {char for char in text if not char.isprintable()} <= {"\n", "\u202e"}
    assert "[red]" not in read_as_text(markdown.read_text("utf-8"))


def test_a_failure_is_told_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", EVIL, "--json", "-"]) == 2
    only_text(capsys.readouterr().err)


def hostile_diff() -> Diff:
    side = Side(EVIL, ((EVIL, EVIL),), "h11", "asyncio", EVIL, EVIL)
    left = Difference("value", f"header {EVIL}", EVIL, None)
    example = Differing(
        EVIL, (EVIL,), (Line(EVIL, True),), (Line(EVIL),), (left,), (), (left,), (EVIL,)
    )
    group = Group(EVIL, None, "value", (example,), (EVIL,), explained=False)
    return Diff(
        side,
        side,
        2,
        (example,),
        unexplained=(group,),
        unconfirmed=(EVIL,),
        masked=(EVIL,),
        not_compared=(EVIL,),
        command=f"{EVIL}<script>",
    )


def test_a_diff_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    render(hostile_diff(), PlainConsole(width=200))
    only_text(capsys.readouterr().out)
    files = {name: form(hostile_diff()) for name, form in FORMATS.items()}
    outside = re.sub(r"(?ms)^```text\n.*?^```$", "", files["markdown"])
    assert "<script>" not in files["html"] + files["junit"] + outside
    for name in ("junit", "markdown"):
        assert {char for char in files[name] if not char.isprintable()} <= set("\n\r\u202e")


def test_what_is_explored_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    request = Request("hello", f"GET /{EVIL[:4]} HTTP/1.1\r\nx: y\r\n\r\n".encode("latin-1"))
    sent = Asked("hello", request)
    before = {sent: Answer(Response(200, {"x": EVIL}, EVIL.encode()), ("x",))}
    newer = replace(ENVIRONMENT, name=EVIL)
    comparison = Comparison(ENVIRONMENT, newer, Ledger({}, [], {}, {}))
    explained = comparison.explain(before, {sent: Answer(Response(500))})
    render_unexplained(comparison.diff(explained), PlainConsole(width=200))
    shown = capsys.readouterr().out
    only_text(shown)
    assert "by hand" in shown


def test_pytest_shows_what_an_app_says_as_text(tmp_path: Path) -> None:
    evil = "\x1b[2J"
    answer = f"HTTP/1.1 200 {evil}\r\n{evil}: {evil}\r\nx: {evil}\r\n\r\n".encode()
    command = [sys.executable, "-m", "pytest", "specs/hello/test_hello.py", "-q", "-k", "greets"]
    with miniature(closes(answer)) as server:
        done = subprocess.run(
            [*command, "--url", f"hello=http://127.0.0.1:{server.port}", "--runs", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )
    assert done.returncode == 1, done.stdout
    assert r"\x1b[2J" in done.stdout
    assert "\x1b" not in done.stdout

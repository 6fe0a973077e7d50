"""What others wrote stays text in each output: for the log of a CI, a terminal, Markdown, JUnit."""

import ast
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from starlette_conformance.__main__ import main
from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.junit import Case, Suite, junit
from starlette_conformance.output.markdown import cell, code, in_html, inline
from starlette_conformance.output.output_files import as_json
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.sanitize import Lines, plain, printable
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.hostile_text import ATTEMPTS, FORGED, GITHUB, HOSTILE
from tests.miniatures.log_parsers import code_in, commands, inert, obeyed, read_as_text

PIECES = st.sampled_from(
    [
        *("::", ":", "#", "##", "[", "]", "error", "vso", " ", "_", "section_start:1:a"),
        *("\n", "\r", "\t", "\r\x1b[0K", "\u00ad", "\u034f"),
    ]
)


@pytest.mark.parametrize("text", ATTEMPTS.values(), ids=ATTEMPTS)
def test_each_attempt_is_inert_as_a_line_and_within_one(text: str) -> None:
    inert(printable(text))
    inert(plain(text))
    inert(f"   {printable(text)}")
    assert "\n" not in plain(text)


@pytest.mark.parametrize(
    "text", [text for name, text in ATTEMPTS.items() if name not in {"Markdown", "markup"}]
)
def test_each_attempt_would_be_obeyed(text: str) -> None:
    """The parsers see what is not made inert."""
    assert commands(text) or obeyed(text) or not text.isprintable()


def test_a_node_id_and_a_heading_stay_as_they_are() -> None:
    for text in ("specs/hello/test_hello.py::test_it[a::b]", "## [a](b)", "a :: b", "x ::error::y"):
        assert printable(text) == text


@pytest.mark.parametrize("cut", range(1, len(f"  {GITHUB}") - 1))
def test_a_command_in_two_pieces_is_broken(cut: int) -> None:
    for text in (f"  {GITHUB}", "a ##[error]forged", f"{' ' * 40}{GITHUB}"):
        lines = Lines()
        inert(lines.add(text[:cut]) + lines.add(text[cut:]))


@settings(max_examples=500)
@given(st.lists(st.lists(PIECES).map("".join)))
def test_no_mix_of_pieces_is_a_command(pieces: list[str]) -> None:
    lines, text = Lines(), "".join(pieces)
    assert commands("".join(map(lines.add, pieces))) == []
    assert commands(printable(text)) == []
    assert printable(printable(text)) == printable(text)
    assert commands(plain(text)) == []


def test_lines_that_are_written_piece_by_piece_are_whole() -> None:
    lines, text = Lines(), f"{'a ' * 40}\n" * 3 + "b"
    assert "".join(map(lines.add, text)) == text


@pytest.mark.parametrize("text", ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_console_is_inert(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = PlainConsole(width=60)
    table = Table("a", "b", title=text, box=None)
    table.add_row(text, "b")
    table.add_row(Text("#").append("#[error]forged", "bold"), f"{'c ' * 9} {text}")
    for shown in (text, Text(text, "bold"), Text("  ").append(text), table):
        output.print(shown)
        output.print(shown, soft_wrap=True)
    output.print(text, style="red")
    write_line(text)
    write_line(text, stderr=True)
    shown_lines = capsys.readouterr()
    inert(shown_lines.out)
    inert(shown_lines.err)


def test_a_progress_bar_is_inert() -> None:
    output = PlainConsole(width=200)
    output.file = io.StringIO()
    with Progress(console=output) as progress:
        progress.add_task(HOSTILE, total=1)
    inert(output.file.getvalue())


@pytest.mark.parametrize("text", ATTEMPTS.values(), ids=ATTEMPTS)
def test_markdown_shows_it_as_code(text: str) -> None:
    row = f"| a | b |\n| --- | --- |\n| {cell(text)} | b |"
    for markdown in (
        code([text, text]),
        f"- {inline(text)} and {inline('`')}",
        f"**{inline(text)}**",
        f"<details><summary>{in_html(text)}</summary>\n\na\n\n</details>",
        row,
    ):
        inert(markdown)
        assert FORGED not in read_as_text(markdown)
    assert len(code_in(row)) == 1


@pytest.mark.parametrize("text", ["a", "`", "``a` ", " a", "a|b", r"\|", "@a #1", "` `", "&amp;"])
def test_markdown_of_a_text_is_that_text(text: str) -> None:
    assert code_in(f"|a|\n|-|\n|x{cell(text)}x|") == [text]
    assert code_in(f"x{inline(text)}x") == [text]


def test_json_loses_nothing() -> None:
    text = as_json({HOSTILE: [HOSTILE, "\x7f"]})
    assert json.loads(text) == {HOSTILE: [HOSTILE, "\x7f"]}
    inert(text)


def test_junit_is_inert_and_can_be_read() -> None:
    cases = [Case(HOSTILE, HOSTILE, 0.1, HOSTILE, HOSTILE), Case("a", "b", text=HOSTILE)]
    text = junit([Suite(HOSTILE, cases, {HOSTILE: HOSTILE})])
    inert(text)
    assert len(list(ET.fromstring(text).iter("testcase"))) == 2


NAMED = [
    ["matrix", "{folder}/{name}"],
    ["report", "{folder}/{name}", "--json", "-"],
    ["report", "{folder}/{name}.jsonl", "--json", "-"],
    ["diff", "1.0.0", "1.1.0", "--html", "{folder}/{name}/page.html"],
    ["diff", "1.0.0", "1.1.0", "--app", "a:b", "--requests", "{folder}/{name}.http"],
    ["diff", "1.0.0", "1.1.0", "--app", "a:b", "--requests", "{folder}/{name}.har"],
    ["diff", "{name}", "1.0.0"],
    ["gate", "{name}", "1.0.0"],
    ["judge", "--stack", "{name}"],
    ["{name}"],
    ["matrix", "--{name}"],
]


@pytest.mark.parametrize("end", ["", "\n", "\r", "\x1b[2J", "\u2028", "\udcff"])
@pytest.mark.parametrize("verb", NAMED, ids=" ".join)
def test_a_name_is_inert(
    verb: list[str], end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"a{end}{GITHUB}{end} ##[error]forged"
    content = {".http": "GET {{" + HOSTILE, ".har": "{", ".jsonl": HOSTILE}
    for ending, text in content.items():
        (tmp_path / f"{name}{ending}").write_text(text, "utf-8", "replace")
    assert main([word.format(folder=tmp_path, name=name) for word in verb]) == 2
    output = capsys.readouterr()
    inert(f"{FORGED}{output.out}{output.err}")


NOT_OURS = {"_null_server.py", "_reference_reader.py"}
"""They run in a process of their own, whose output is read by us."""
PRINT = {"print", "sys.stdout.write", "sys.stderr.write", "click.echo", "pprint", "warnings.warn"}
PRINT |= {"traceback.print_exc", "traceback.print_exception", "Console"}


def test_one_place_prints() -> None:
    """output/ prints; `__main__` does where the Python is too old for it."""
    found = {
        f"{path.relative_to(ROOT)}: {ast.unparse(node.func)}"
        for folder in ("starlette_conformance", "loadtests")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in PRINT
    }
    allowed = {f"starlette_conformance/load/{name}: print" for name in NOT_OURS}
    allowed |= {"starlette_conformance/userapp/generate/_cases.py: sys.stdout.write"}
    assert found - allowed == {
        "starlette_conformance/__main__.py: print",
        "starlette_conformance/output/printing.py: print",
        "starlette_conformance/output/output_files.py: sys.stdout.write",
        "starlette_conformance/replay/corpus.py: Console",  # quiet
        "starlette_conformance/selftest.py: Console",  # to a string
        "loadtests/_web.py: Console",  # to a string, too
    }

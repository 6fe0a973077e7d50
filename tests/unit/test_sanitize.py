"""The console: what it is given is shown as text, its own colours aside."""

import io

import pytest
from rich.table import Table
from rich.text import Text

from starlette_conformance.output.console import PlainConsole
from starlette_conformance.output.sanitize import plain, printable

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

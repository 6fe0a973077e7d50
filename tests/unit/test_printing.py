"""Lines on a terminal: words, paths and commands' names stay whole."""

import io
import sys

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.output.printing import write_line

PATH = "/a/path/that-is-longer/than-the-terminal/is/wide.html"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short\n"),
        (
            "error: a message with event-source-polyfill in it",
            "error: a message with\nevent-source-polyfill in it\n",
        ),
        (f"html: {PATH}", f"html:\n{PATH}\n"),
        (
            "    a sentence that is indented stays so",
            "    a sentence that is indented\n    stays so\n",
        ),
        ("a\n\nb", "a\n\nb\n"),
    ],
)
def test_a_line_breaks_between_words(
    text: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "32")
    for stream, stderr in (("stdout", False), ("stderr", True)):
        terminal, pipe = Terminal(), io.StringIO()
        monkeypatch.setattr(sys, stream, terminal)
        write_line(text, stderr=stderr)
        assert terminal.getvalue() == shown
        monkeypatch.setattr(sys, stream, pipe)
        write_line(text, stderr=stderr)
        assert pipe.getvalue() == f"{text}\n"


def test_standard_output_is_left_to_a_file_for_one_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["stacks", "--json", "-"]) == 0
    capsys.readouterr()
    write_line("of whoever comes next")
    assert capsys.readouterr() == ("of whoever comes next\n", "")

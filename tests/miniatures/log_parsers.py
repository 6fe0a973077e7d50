"""What the logs of CIs, terminals and pages of Markdown obey, restated from how their parsers work.

GitHub: `ActionCommand.cs` of actions/runner. GitLab: the section markers of its documentation.
Azure and TeamCity: the prefixes of their documentation, wherever they stand.
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator

import pyte
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.miniatures.hostile_text import FORGED

GITHUB = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
    "internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output",
    "stop-commands", "warning",
}  # fmt: skip
SECTION = re.compile(r"section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?\r\x1b\[0K")
OTHERS = re.compile(r"##(?:vso|teamcity)\[[^\]\n]*\]")
IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")


PLAIN = {"draw", "linefeed", "carriage_return", "select_graphic_rendition"}


def inert(output: str) -> None:
    """Fail where a CI or a terminal would obey something, or a character is not seen."""
    assert FORGED in output
    assert commands(output) == []
    assert obeyed(output) == set()
    assert {char for char in output if not char.isprintable()} <= {"\n"}


def commands(log: str) -> list[str]:
    """All that a CI would obey in a log."""
    by_line = (github(line) for line in re.split(r"\r\n|\r|\n", log))
    return [*filter(None, by_line), *SECTION.findall(log), *OTHERS.findall(log)]


def github(line: str) -> str:
    """The command in a line, or nothing. Characters that are ignored in comparisons are no help."""
    seen = "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cf"} or c.isspace())
    seen = IGNORABLE.sub("", seen)
    newer = re.match(r"\s*::(.*?)::", seen)
    older = re.search(r"##\[(.*?)\]", seen)
    for found in filter(None, (newer, older)):
        if found[1].partition(" ")[0].lower() in GITHUB:
            return found[0]
    return ""


def obeyed(output: str) -> set[str]:
    """What a terminal does beyond showing characters, ends of lines and styles."""
    events = io.StringIO()
    screen = pyte.DebugScreen(to=events)
    pyte.Stream(screen).feed(output)  # type: ignore[arg-type]  # it takes the place of a screen
    return {json.loads(event)[0] for event in events.getvalue().splitlines()} - PLAIN


def read_as_text(markdown: str) -> str:
    """What of Markdown is not code: it is formatted, and links, mentions and issues are found."""
    text = "\n".join(token.content for token in _tokens(markdown) if "code" not in token.type)
    return re.sub(r"<code>.*?</code>", "", text)


def code_in(markdown: str) -> list[str]:
    return [token.content for token in _tokens(markdown) if token.type == "code_inline"]


def _tokens(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        if token.children is not None:
            yield from token.children
        elif token.type != "fence":
            yield token

"""HTML as a browser reads it: tags, attributes in any order, and text with blanks put together."""

import re
from typing import NamedTuple

from starlette_conformance.http.markup import MarkupParser

VERBATIM = {"pre", "textarea", "script", "style"}
"""Elements in which blanks count."""


class Token(NamedTuple):
    """What is read, and where it begins: the line, from 1, and the column."""

    text: str
    line: int
    column: int


class _Reader(MarkupParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Token] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = "".join(
            f" {name}" if value is None else f' {name}="{value}"'
            for name, value in sorted(attrs, key=lambda pair: pair[0])
        )
        self._add(f"<{tag}{given}>")
        self._verbatim += tag in VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._verbatim -= tag in VERBATIM

    def handle_endtag(self, tag: str) -> None:
        self._verbatim -= tag in VERBATIM and self._verbatim > 0
        self._add(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._add(data if self._verbatim else re.sub(r"[ \t\r\n\f]+", " ", data))

    def handle_comment(self, data: str) -> None:
        self._add(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl.lower()}>")

    def handle_pi(self, data: str) -> None:
        self._add(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._add(f"<![{data}]>")

    def _add(self, text: str) -> None:
        line, column = self.getpos()
        self.found.append(Token(text, line, column + 1))


def tokens(text: str) -> list[Token]:
    reader = _Reader()
    reader.read(text)
    return reader.found

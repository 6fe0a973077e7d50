"""The text of a source, by the nodes of its syntax tree; all places are offsets in bytes."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

Node: TypeAlias = ast.expr | ast.stmt | ast.keyword | ast.arg | ast.excepthandler


@dataclass(frozen=True)
class Edit:
    """What is put in the place of a piece of text, and by which operator."""

    operator: str
    start: int
    end: int
    after: str


class Text:
    """A source, and where its nodes stand in it."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self._lines = [0, *accumulate(map(len, source.splitlines(keepends=True)))]

    def start(self, node: Node) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: Node) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    def at(self, start: int, end: int) -> str:
        return self.source[start:end].decode()

    def of(self, node: Node) -> str:
        return self.at(self.start(node), self.end(node))

    def place(self, offset: int) -> tuple[int, int]:
        """The line of an offset, from 1, and the column in bytes, from 0."""
        line = max(n for n, start in enumerate(self._lines) if start <= offset)
        return line + 1, offset - self._lines[line]

    def line(self, number: int) -> str:
        return self.at(*self._lines[number - 1 : number + 1]).strip()

    def replaced(self, operator: str, node: Node, after: str) -> Edit:
        return Edit(operator, self.start(node), self.end(node), after)

    def found(
        self, operator: str, pattern: str, start: int, end: int, after: str
    ) -> Iterator[Edit]:
        """The first match of a pattern between two places, replaced."""
        if found := re.compile(pattern.encode()).search(self.source, start, end):
            yield Edit(operator, *found.span(), after)

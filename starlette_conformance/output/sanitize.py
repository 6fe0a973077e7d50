"""Text of servers and run files made plain: what a terminal could obey, or cannot show, is written
out.
"""

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.control import Control
from rich.segment import Segment

WIDTH = 400


def plain(text: str, width: int = WIDTH) -> str:
    """The text on one line, in printable characters, cut off where it is long."""
    shown = "".join(char if char.isprintable() else _escaped(char) for char in text[:width])
    return f"{shown}... ({len(text):,} characters)" if len(text) > width else shown


def printable(text: str) -> str:
    """The text in lines as they are, in printable characters."""
    return "\n".join(plain(line, len(line)) for line in text.split("\n"))


class Plain:
    """What is shown, without control characters but those of the console itself."""

    def __init__(self, shown: RenderableType) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._shown, options):
            text, style, control = segment
            yield segment if control else Segment(printable(text), style)


class PlainConsole(Console):
    """A console that shows text as it is, without markup and control characters."""

    def __init__(self, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)
        self.push_render_hook(_Hook())

    def on_broken_pipe(self) -> None:
        """Rich would end the process with 1, which is a finding."""
        raise BrokenPipeError


class _Hook(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [each if isinstance(each, Control) else Plain(each) for each in renderables]


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")

"""The console that every command prints to."""

import sys

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

from starlette_conformance.output.sanitize import printable


def console(stderr: bool = False) -> Console:
    """Wide enough for the tables where the output is no terminal, whose width is not known.

    What is printed is shown as it is: no markup, no control characters.
    """
    stream = sys.stderr if stderr else sys.stdout
    return PlainConsole(stderr, None if stream.isatty() else 120)


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

"""The console that every command prints to. What is printed is shown as it is: no markup, no
control characters, no command to a CI.
"""

import sys
from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from starlette_conformance.output.printing import TAKEN
from starlette_conformance.output.sanitize import Lines


def console(stderr: bool = False) -> Console:
    """Wide enough for the tables where the output is no terminal, whose width is not known."""
    stderr = stderr or TAKEN[0]
    stream = sys.stderr if stderr else sys.stdout
    return PlainConsole(stderr, None if stream.isatty() else 120)


class PlainConsole(Console):
    """A console that shows text as it is."""

    def __init__(
        self, stderr: bool = False, width: int | None = None, file: IO[str] | None = None
    ) -> None:
        super().__init__(
            stderr=stderr, width=width, file=file, markup=False, emoji=False, highlight=False
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Rich renders whatever it shows by this method, progress bars included."""
        lines = Lines()
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(lines.add(text), style)

    def on_broken_pipe(self) -> None:
        """Rich would end the process with 1, which is a finding."""
        raise BrokenPipeError

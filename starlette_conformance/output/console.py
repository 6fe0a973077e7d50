"""The console that every command prints to."""

import sys

from rich.console import Console

from starlette_conformance.output.sanitize import PlainConsole


def console(stderr: bool = False) -> Console:
    """Wide enough for the tables where the output is no terminal, whose width is not known.

    What is printed is shown as it is: no markup, no control characters.
    """
    stream = sys.stderr if stderr else sys.stdout
    return PlainConsole(stderr, None if stream.isatty() else 120)

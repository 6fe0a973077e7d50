"""Lines for standard output and standard error, without rich: every command prints by this module,
or by the console of `console.py`.
"""

import shutil
import sys
import textwrap

from starlette_conformance.output.sanitize import printable

TAKEN = [False]
"""Whether a file goes to standard output, so that all else goes to standard error."""


def write_line(text: str = "", stderr: bool = False, flush: bool = False) -> None:
    """Print a line, or several: as wide as they are, but on a terminal, where words stay whole."""
    stream = sys.stderr if stderr or TAKEN[0] else sys.stdout
    shown = printable(text)
    if stream.isatty():
        width = shutil.get_terminal_size().columns
        shown = "\n".join(_within(line, width) for line in shown.split("\n"))
    print(shown, file=stream, flush=flush)


def _within(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    indent = " " * min(len(line) - len(line.lstrip()), width // 2)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )

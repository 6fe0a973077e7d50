"""Lines for standard output and standard error, without rich: every command prints by this module,
or by the console of `console.py`.
"""

import sys

from starlette_conformance.output.sanitize import printable


def write_line(text: str = "", stderr: bool = False) -> None:
    """Print a line, or several, at once and as wide as they are."""
    stream = sys.stderr if stderr else sys.stdout
    stream.write(f"{printable(text)}\n")
    stream.flush()

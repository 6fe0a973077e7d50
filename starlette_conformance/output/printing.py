"""Lines for standard output and standard error, without rich: every command prints by this module,
or by the console of `console.py`.
"""

import sys

from starlette_conformance.output.sanitize import printable

TAKEN = [False]
"""Whether a file goes to standard output, so that all else goes to standard error."""


def write_line(text: str = "", stderr: bool = False, flush: bool = False) -> None:
    """Print a line, or several, as wide as they are."""
    print(printable(text), file=sys.stderr if stderr or TAKEN[0] else sys.stdout, flush=flush)

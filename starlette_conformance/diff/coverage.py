"""How much of an app the requests reached that were made of it, in a sentence."""

from starlette_conformance.diff.left_out import count
from starlette_conformance.explain.statuses import Reached
from starlette_conformance.output.listed import listed
from starlette_conformance.output.sanitize import plain

MISSED = 12
"""Operations that a sentence names."""
LONGEST = 80
"""Characters of one."""


def reached(found: Reached) -> str:
    """Which operations of the app got a 2xx response from OLD, and which did not."""
    of_all = f"{found.reached:,} of {count(found.operations, 'operation')}"
    missed = listed([plain(each, LONGEST) for each in found.missed], MISSED)
    return f"{of_all} reached with 2xx" + (f"; not: {missed}" if missed else "")

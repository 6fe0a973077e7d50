"""What differs in a response, as short as can be."""

from collections.abc import Iterable

from starlette_conformance.explain.result import Difference
from starlette_conformance.output.sanitize import plain

HEADLINED = 6
"""Differences that a headline has."""
WIDTH = 40
"""Characters of a value in a headline."""


def headline(differences: Iterable[Difference]) -> str:
    """What differs, as short as can be: `403 → 401, + www-authenticate`."""
    each = list(differences)
    more = len(each) - HEADLINED
    return ", ".join(map(_short, each[:HEADLINED])) + (f", and {more} more" if more > 0 else "")


def _short(difference: Difference) -> str:
    where, before, after = difference.where, difference.before, difference.after
    name = where.removeprefix("header ")
    if before is None or after is None:
        return f"{'+' if before is None else '-'} {name}"
    if where == "body" or where.startswith(("log", "body as ")):
        return where
    values = f"{plain(before, WIDTH)} → {plain(after, WIDTH)}"
    return values if where == "status" else f"{name}: {values}"


def request_in(line: str, app: str) -> str:
    """A request line and where it is of, which may begin with it: `GET /me (requests.http:18)`."""
    request = line.removesuffix(" HTTP/1.1")
    return app if app.startswith(f"{request} (") else f"{request} ({app})"

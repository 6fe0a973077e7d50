"""What changes do to handshakes: those by GET that are whole, or have neither key nor version, and
those by another method.
"""

from dataclasses import replace
from functools import cache, partial
from typing import Any

from packaging.version import Version

from specs.ledger import changes as named
from specs.ledger.apps import APPS
from specs.ledger.handshakes import CLOSED, NO_KEY_OR_VERSION, SILENCE, by_other_method
from starlette_conformance.http.normalize import OWN_NAME
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response, resolve
from starlette_conformance.model.matcher import Matcher
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import WAITS

WHOLE = {"sec-websocket-key", "sec-websocket-version"}

CHANGES = sorted(
    (
        named.HANDSHAKES_BY_WEBSOCKETS,
        named.HANDSHAKES_BY_WSPROTO,
        named.HANDSHAKES_NAME_NO_SERVER,
        named.HANDSHAKES_SURVIVE,
        named.OTHER_METHODS_REFUSED,
        named.REFUSALS_NAME_CAUSES,
        named.REFUSALS_SHORTENED,
        named.MISSING_VERSION_IS_400,
        named.SANSIO_BY_DEFAULT,
        named.SERVER_CAN_BE_LEFT_OUT,
    ),
    key=lambda change: (change.package, Version(change.first)),
)
"""In the order in which they are applied."""


def _expected(request: Request) -> Any:
    """What it gets where a library reads it; None of what is no such handshake."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers.setdefault(name, value)
    wishes = {part.strip().lower() for part in headers.get("connection", "").split(",")}
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in wishes:
        return None
    framed = {"content-length", "transfer-encoding"} & headers.keys()
    if request.method != "GET":
        return by_other_method(request.method, bool(framed))
    if framed or len(WHOLE & headers.keys()) == 1:
        return None
    return CLOSED if headers.keys() >= WHOLE else NO_KEY_OR_VERSION


def _is_handshake(request: Request, _: Response) -> bool:
    return _expected(request) is not None


def _as_seen(response: Response) -> Response:
    headers = {
        name: "DATE" if name == "date" else OWN_NAME if isinstance(value, Matcher) else value
        for name, value in response.headers.items()
    }
    ending = WAITS if response.ending == SILENCE.ending else response.ending
    return replace(
        response, headers=headers, reason=response.expected_reason(), ending=ending, lines=None
    )


def _becomes(change: Change, request: Request, response: Response, newer: Environment) -> Response:
    """A library that comes brings all that its release does; any other change comes alone."""
    if change.present:
        return _as_seen(resolve(_expected(request), newer).value)
    for later in _missing_before(change):
        having = replace(newer, lacking=newer.lacking | later)
        lacking = replace(having, lacking=having.lacking | {change})
        was, now = (_as_seen(resolve(_expected(request), each).value) for each in (lacking, having))
        if response == was != now:
            return now
    return response


@cache
def _missing_before(change: Change) -> list[frozenset[Change]]:
    """What may not have come yet where a change comes: what is later in its package, and of the
    others everything from some release on, down to nothing.
    """
    later = [each for each in CHANGES[CHANGES.index(change) + 1 :] if not each.present]
    own = frozenset(each for each in later if each.package == change.package)
    others = [each for each in later if each not in own]
    return [own.union(others[number:]) for number in range(len(others) + 1)]


CAPITALS = {named.HANDSHAKES_BY_WEBSOCKETS: ("date", "content-length", "content-type", "allow")}
"""Headers that websockets writes in capitals, and uvicorn does not."""
MOVES = {
    named.HANDSHAKES_BY_WEBSOCKETS: ("allow", "content-type"),
    named.SANSIO_BY_DEFAULT: ("connection", "date"),
}
"""The header that stands elsewhere then, and the one before it."""

EFFECTS = [
    Effect(
        change,
        tuple(app.name for app in APPS),
        _is_handshake,
        partial(_becomes, change),
        spells=CAPITALS.get(change, ()),
        moves=MOVES.get(change),
    )
    for change in CHANGES
]

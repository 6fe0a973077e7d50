"""In what two responses differ on the wire, field by field."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from starlette_conformance.explain.bodies import places
from starlette_conformance.explain.excerpt import SHOWN, around
from starlette_conformance.explain.openapi_places import PREFIX as OPENAPI
from starlette_conformance.explain.result import Difference
from starlette_conformance.explain.severity import severity_of
from starlette_conformance.explain.text_places import Place
from starlette_conformance.model.effects import differing
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.output.sanitize import plain
from starlette_conformance.replay.wire_response import WireResponse

BODY = "body"
PLACES = 50
"""Of a body that are listed; the next one stands for all others."""
PLACES_OF_OPENAPI = 2_000
"""The same of an OpenAPI document, where each is a change of its own for somebody."""
SLOWER = 1.0
"""Seconds by which a first response comes later than another one, before that is a difference: what
a busy machine delays is below, and does not reproduce."""

DIGITS = 16
"""Of the digest of two values that are too long to be shown."""


def differences(before: WireResponse, after: WireResponse) -> list[Difference]:
    """Everything in which two responses differ, but for what is random."""
    return [*of_fields(before.response, after.response), *of_layout(before, after)]


def of_fields(before: Response, after: Response) -> Iterator[Difference]:
    for where, (was, now) in differing(before, after).items():
        if where == BODY:
            yield from _of_bodies(before, after)
        else:
            yield _difference(where, was, now)


def _of_bodies(before: Response, after: Response) -> Iterator[Difference]:
    """Every place in which two bodies differ, or how they are written, where that is all."""
    was, now = before.body, after.body
    kinds = [str(response.headers.get("content-type", "")) for response in (before, after)]
    found = places(was, now, kinds) if was and now else None
    if found is None or _is_a_short_text(found, was, now):
        yield _difference(BODY, was, now)
    elif not found:
        yield _difference(f"{BODY} as written", was, now)
    else:
        most = PLACES_OF_OPENAPI if found[0].where.startswith(OPENAPI) else PLACES
        for where, *values in found[:most]:
            yield _difference(f"{BODY} {where}", *(ABSENT if v is None else v for v in values))
        if more := found[most:]:
            befores, afters = ("; ".join(str(place[side]) for place in more) for side in (1, 2))
            yield _difference(f"{BODY} and {len(more)} more places", befores, afters)


def _is_a_short_text(found: Sequence[Place], was: bytes, now: bytes) -> bool:
    """Whether all of it is shown as well as the one place."""
    short = max(len(was), len(now)) <= SHOWN
    return short and len(found) == 1 and found[0].where.startswith("line ")


def of_layout(before: WireResponse, after: WireResponse) -> Iterator[Difference]:
    """What `Response` leaves aside. Another status, or another body, has a layout of its own."""
    same_body = before.response.body == after.response.body
    if same_body and before.packed and after.packed and before.packed != after.packed:
        yield _difference(f"{BODY} as sent", before.packed, after.packed)
    if same_body and None not in (before.cuts, after.cuts) and before.cuts != after.cuts:
        yield _difference("chunks", f"{before.cuts} bytes", f"{after.cuts} bytes")
    if before.response.status == after.response.status:
        names = [[name.lower() for name in response.names] for response in (before, after)]
        both = set(names[0]) & set(names[1])
        was, now = ([name for name in each if name in both] for each in names)
        if was != now and sorted(was) == sorted(now):
            yield _difference("order of headers", ", ".join(was), ", ".join(now))
    spelled = [{name.lower(): name for name in response.names} for response in (before, after)]
    for name in (name for name in spelled[0] if name in spelled[1]):
        was_spelled, now_spelled = (each[name] for each in spelled)
        if was_spelled != now_spelled:
            yield _difference(f"name of {name}", was_spelled, now_spelled)
    if before.response.ending == after.response.ending and before.rest != after.rest:
        yield _difference("after the end", before.rest, after.rest)
    if before.arrivals and after.arrivals and before.arrivals != after.arrivals:
        yield _difference("arrivals", before.arrivals, after.arrivals)
    if before.first is not None and after.first is not None:
        was_first, now_first = (f"after {each.first:.1f} s" for each in (before, after))
        if abs(before.first - after.first) >= SLOWER:
            yield _difference("first response", was_first, now_first)


def _difference(where: str, was: Any, now: Any) -> Difference:
    before, after = _text(was, now), _text(now, was)
    whole = _is_whole(was, before) and _is_whole(now, after)
    digest = "" if whole else sha256(repr((was, now)).encode()).hexdigest()[:DIGITS]
    return Difference(severity_of(where, None in (before, after)), where, before, after, digest)


def _text(value: Any, other: Any) -> str | None:
    if value is ABSENT:
        return None
    return around(value, other) if isinstance(value, bytes) else plain(_joined(value))


def _joined(value: Any) -> str:
    return ", then ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _is_whole(value: Any, text: str | None) -> bool:
    """Whether a text says all of a value."""
    if text is None:
        return True
    is_bytes = isinstance(value, bytes)
    return bool(text.encode() == value if is_bytes else text == _joined(value))

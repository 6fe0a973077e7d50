"""Event streams that two stacks send otherwise: the bytes that clients may read otherwise, too."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from starlette_conformance.http.event_stream import MEDIA_TYPE
from starlette_conformance.model.expectations import Response

MOST, LONGEST = 10, 64 * 1024
"""Pairs that are kept, and bytes of one body."""

Pair = tuple[bytes, bytes]


def changed_streams(pairs: Iterable[tuple[Any, Any]]) -> tuple[Pair, ...]:
    """Both bodies of each pair of streams, once, where they are other ones."""
    found: dict[Pair, None] = {}
    for before, after in pairs:
        if _is_stream(before) and _is_stream(after):
            bodies = _body(before), _body(after)
            if bodies[0] != bodies[1] and max(map(len, bodies)) <= LONGEST:
                found[bodies] = None
    return tuple(found)[:MOST]


def observed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """The responses that a scenario saw on both stacks."""
    for name in before.keys() & after.keys():
        was, now = (
            each if isinstance(each, list) else [each] for each in (before[name], after[name])
        )
        yield from zip(was, now, strict=False)


def _is_stream(response: Any) -> bool:
    if not isinstance(response, Response):
        return False
    kind = response.headers.get("content-type", "")
    return isinstance(kind, str) and kind.partition(";")[0].strip().lower() == MEDIA_TYPE


def _body(response: Response) -> bytes:
    body = response.body
    return b"".join(body) if isinstance(body, tuple) else bytes(body)

"""Where a text varies, in words."""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from starlette_conformance.output.sanitize import plain
from starlette_conformance.userapp.template import VARIES

AROUND = 24
"""Characters that are shown on each side of what varies in a text."""
LISTED = 12
"""Places that are told of one text."""
MARK = VARIES[:-1]
"""What a mark begins with, whatever it says besides."""


def places(masked: str, sides: Sequence[Sequence[str]]) -> str:
    """Where in a text it varies: the paths of JSON, or else what stands around."""
    try:
        leaves = [[dict(_leaves(json.loads(text), "$")) for text in side] for side in sides]
    except (ValueError, RecursionError):
        leaves = []
    if leaves and leaves[0][0].keys() != {"$"}:
        paths = dict.fromkeys(path for side in leaves for each in side for path in each)
        varying = [p for p in paths if any(len({e.get(p) for e in side}) > 1 for side in leaves)]
        if len(varying) <= masked.count(MARK):  # and nothing beside them is masked
            return _listed(varying, ", ") or "how it is written"
    if len(masked) <= 4 * AROUND:
        return " ".join(masked.split())
    pieces = masked.split(MARK)
    shown = []
    for before, after in itertools.pairwise(pieces):
        following = after.partition("]")[2][:AROUND]
        shown.append(f"{before.partition(']')[2][-AROUND:] or before[-AROUND:]}{VARIES}{following}")
    return _listed([" ".join(piece.split()) for piece in shown], " … ")


def _listed(found: Sequence[str], between: str) -> str:
    more = f", and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return between.join(found[:LISTED]) + more


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")
    else:
        yield path, json.dumps(value)


def apart(before: bytes, after: bytes) -> str:
    """The paths of JSON at which two bodies differ; nothing where one of them is none."""
    try:
        found = list(_differing(json.loads(before), json.loads(after), "$"))
    except (ValueError, RecursionError):
        return ""
    return _listed([plain(path) for path in found], ", ")


def _differing(before: Any, after: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key in before and key in after:
                yield from _differing(before[key], after[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _differing(*pair, f"{path}[{number}]")
    elif json.dumps(before) != json.dumps(after):
        yield path

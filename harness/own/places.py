"""Where a text varies, in words."""

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from harness.own.template import VARIES

AROUND = 24
"""Characters that are shown on each side of what varies in a text."""


def places(masked: str, sides: Sequence[Sequence[str]]) -> str:
    """Where in a text it varies: the paths of JSON, or else what stands around."""
    try:
        leaves = [[dict(_leaves(json.loads(text), "$")) for text in side] for side in sides]
    except (ValueError, RecursionError):
        leaves = []
    if leaves and leaves[0][0].keys() != {"$"}:
        paths = dict.fromkeys(path for side in leaves for each in side for path in each)
        varying = [p for p in paths if any(len({e.get(p) for e in side}) > 1 for side in leaves)]
        return ", ".join(varying) or "how it is written"
    if len(masked) <= 4 * AROUND:
        return " ".join(masked.split())
    pieces = masked.split("[varies")
    shown = []
    for before, after in itertools.pairwise(pieces):
        following = after.partition("]")[2][:AROUND]
        shown.append(f"{before.partition(']')[2][-AROUND:] or before[-AROUND:]}{VARIES}{following}")
    return " … ".join(" ".join(piece.split()) for piece in shown)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from _leaves(item, f"{path}[{number}]")
    else:
        yield path, json.dumps(value)

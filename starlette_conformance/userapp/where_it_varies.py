"""Where a text varies, in words."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from starlette_conformance.output.sanitize import WIDTH
from starlette_conformance.userapp.template import VARIES

AROUND = 24
"""Characters that are shown on each side of what varies in a text."""
LISTED = 12
"""Places that are listed of one text."""
MARK = VARIES[:-1]
"""What a mark begins with, whatever it says besides."""
NOTHING: Any = object()
"""In the place of a value that one of several texts does not have."""

READ = 4 * 1024 * 1024
"""Characters of JSON that are read at once to find the paths: it takes twenty times the memory."""

Path = tuple[Any, str]
"""The path of what a value is in, and the step to it. Written out only where it is shown: those of
all values of a deep text are far longer than the text."""
ROOT: Path = (None, "$")


def locations(masked: str, sides: Sequence[Sequence[str]]) -> str:
    """Where in a text it varies: the paths of JSON, or else what stands around."""
    try:
        texts = [text for side in sides for text in side]
        values = [json.loads(text) for text in texts] if sum(map(len, texts)) <= READ else []
    except (ValueError, RecursionError):
        values = []
    if any(map(_is_container, values[:1])):
        marks = masked.count(MARK)
        varying = list(itertools.islice(_varying(values, len(sides[0])), marks + 1))
        if len(varying) <= marks:  # and nothing beside them is masked
            return _listed(map(_written, varying[:LISTED]), len(varying), ", ") or (
                "how it is written"
            )
    if len(masked) <= 4 * AROUND:
        return " ".join(masked.split())
    shown = []
    for before, after in itertools.pairwise(masked.split(MARK)):
        following = after.partition("]")[2][:AROUND]
        shown.append(f"{before.partition(']')[2][-AROUND:] or before[-AROUND:]}{VARIES}{following}")
    return _listed((" ".join(piece.split()) for piece in shown[:LISTED]), len(shown), " … ")


def _listed(first: Iterable[str], count: int, between: str) -> str:
    more = f", and {count - LISTED} more" if count > LISTED else ""
    return between.join(first) + more


def _written(path: Path) -> str:
    steps = []
    at: Path | None = path
    while at:
        at, step = at
        steps.append(step)
    text = "".join(reversed(steps))
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."


def _varying(values: Sequence[Any], old: int) -> Iterator[Path]:
    """The paths at which the first `old` values, or the others, are not all the same."""

    def varies(here: Sequence[Any]) -> bool:
        leaves = [NOTHING if _is_container(each) else repr(each) for each in here]
        return len(set(leaves[:old])) > 1 or len(set(leaves[old:])) > 1

    return (path for path, here in _walked(values) if varies(here))


def _walked(values: Sequence[Any]) -> Iterator[tuple[Path, Sequence[Any]]]:
    """What is in several values, from the outside in, but for leaves that all have alike."""
    yield ROOT, values
    left = [_children(ROOT, values)]
    while left:
        for path, here in left[-1]:
            yield path, here
            if any(map(_is_container, here)):
                left.append(_children(path, here))
                break
        else:
            left.pop()


def _is_container(value: Any) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _children(path: Path, values: Sequence[Any]) -> Iterator[tuple[Path, Sequence[Any]]]:
    """What is in several values, by name and by number, but for leaves that all have alike."""
    objects = [value if isinstance(value, dict) else {} for value in values]
    for key in dict.fromkeys(itertools.chain(*objects)):
        row = [each.get(key, NOTHING) for each in objects]
        if not _alike(row):
            yield (path, f".{key}"), row
    lists = [value if isinstance(value, list) else [] for value in values]
    for number, items in enumerate(itertools.zip_longest(*lists, fillvalue=NOTHING)):
        if not _alike(items):
            yield (path, f"[{number}]"), items


def _alike(row: Sequence[Any]) -> bool:
    kind = type(row[0])
    same = kind is not dict and kind is not list and row.count(row[0]) == len(row)
    return same and len({*map(type, row)}) == 1

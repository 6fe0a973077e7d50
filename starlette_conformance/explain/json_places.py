"""The places at which two JSON texts have other values, by their paths."""

import json
import re
from collections.abc import Iterator
from typing import Any

from starlette_conformance.explain.aligning import differing_spans
from starlette_conformance.explain.text_places import WHOLE, Place, of_strings

NAME = re.compile(r"[A-Za-z_$][\w$-]*")
STRING_OR_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|(\[varies(?:, \d+ characters)?\])')


def read(text: str) -> Any:
    """The value of a text in which some values may be masked. Raises ValueError, RecursionError."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(STRING_OR_MARK.sub(lambda m: f'"{m[1]}"' if m[1] else m[0], text))


def of_values(before: Any, after: Any, path: str = "$") -> Iterator[Place]:
    """Where two values differ. Raises RecursionError."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            step = f".{key}" if NAME.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
            if key not in after:
                yield Place(path + step, text_of(before[key]), None)
            elif key not in before:
                yield Place(path + step, None, text_of(after[key]))
            else:
                yield from of_values(before[key], after[key], path + step)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif isinstance(before, str) and isinstance(after, str) and before != after:
        long = max(len(before), len(after)) > WHOLE
        yield from of_strings(path, *((before, after) if long else map(text_of, (before, after))))
    elif text_of(before) != text_of(after):
        yield Place(path, text_of(before), text_of(after))


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Place]:
    """Item by item where they are as many, and else by what they have in common."""
    if len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from of_values(*pair, f"{path}[{number}]")
        return
    ours, theirs = ([text_of(each) for each in items] for items in (before, after))
    for low, high, other_low, other_high in differing_spans(ours, theirs):
        both = min(high - low, other_high - other_low)
        for number in range(both):
            here = f"{path}[{low + number}]"
            yield from of_values(before[low + number], after[other_low + number], here)
        for number in range(low + both, high):
            yield Place(f"{path}[{number}]", ours[number], None)
        for number in range(other_low + both, other_high):
            yield Place(f"{path}[{number}]", None, theirs[number])


def text_of(value: Any) -> str:
    """A value as JSON; objects with the same members have the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)

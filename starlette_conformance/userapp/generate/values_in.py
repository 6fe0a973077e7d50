"""Values that a JSON response has for a parameter of a path: the places of them, or its keys."""

import json
from collections.abc import Iterator
from typing import Any

from starlette_conformance.model.expectations import Response

IDS = ("id", "uuid", "name", "key", "slug")
OF_A_LIST = 3
"""The first ones of a list."""
KEYS = 40
"""Of an object, the first ones."""


def by_name(name: str, response: Response, *, only: bool = False) -> Iterator[str]:
    """Places of values that a parameter of the name may mean; `only` of the name as it is."""
    bare = name.removesuffix("_id").removesuffix("Id")
    wanted = dict.fromkeys((name, *IDS, bare, f"{bare}_id", f"{bare}Id"))
    if only:
        wanted = dict.fromkeys(() if name in IDS else (name,))
    for path, holder in _holders(_body(response)):
        yield from (f"{path}.{key}" for key in wanted if key in holder)


def listed(response: Response) -> Iterator[str]:
    """Places of texts and numbers that stand in a list: of the body, or of what its object
    holds.
    """
    value = _body(response)
    if isinstance(value, list):
        yield from _of_list("body.$", value)
    for key, inner in value.items() if isinstance(value, dict) else ():
        if _is_word(key) and isinstance(inner, list):
            yield from _of_list(f"body.$.{key}", inner)


def keys(response: Response) -> list[str]:
    """Of an object, by which it may be asked for one of what it holds."""
    value = _body(response)
    return [*value][:KEYS] if isinstance(value, dict) else []


def _of_list(path: str, value: list[Any]) -> Iterator[str]:
    for number, each in enumerate(value[:OF_A_LIST]):
        if isinstance(each, str | int) and not isinstance(each, bool):
            yield f"{path}[{number}]"


def _holders(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """An object, the first ones of a list of them, or what an object holds as its only thing."""
    if isinstance(value, dict):
        yield "body.$", value
    elif isinstance(value, list):
        yield from _objects("body.$", value)
    for key, inner in value.items() if isinstance(value, dict) else ():
        if not _is_word(key):
            continue
        if isinstance(inner, list):
            yield from _objects(f"body.$.{key}", inner)
        elif isinstance(inner, dict) and len(value) == 1:
            yield f"body.$.{key}", inner


def _objects(path: str, value: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, each in enumerate(value[:OF_A_LIST]):
        if isinstance(each, dict):
            yield f"{path}[{number}]", each


def _is_word(key: str) -> bool:
    return key.isidentifier() and key.isascii()


def _body(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None

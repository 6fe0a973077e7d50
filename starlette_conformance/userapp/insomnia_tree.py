"""The folders and requests of an export of Insomnia, in either of its formats, as plain data."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette_conformance.model.decode import checked

FORMATS = ("collection.insomnia.rest/5.", "spec.insomnia.rest/5.")
ENTRIES = 100_000
"""Values of an environment that are read."""
KINDS = {"request_group": "folder", "request": "request", "websocket_request": "request"}
Below = Callable[[Mapping[str, Any]], list[dict[str, Any]]]


def is_export(content: object) -> bool:
    """Whether plain data are an export of Insomnia."""
    if not isinstance(content, dict):
        return False
    return content.get("_type") == "export" or str(content.get("type")).startswith(FORMATS)


def tree_of(path: Path, content: Mapping[str, Any]) -> tuple[Below, Any]:
    """What lies below a value, in order, and the base environment. Raises UsageError."""
    return _of_4(path, content) if "_type" in content else _of_5(content)


def _of_4(path: Path, content: Mapping[str, Any]) -> tuple[Below, Any]:
    resources = checked(content.get("resources"), list[dict[str, Any]], f"{path}: resources")
    folders = {str(each.get("_id")) for each in resources if each.get("_type") == "request_group"}
    lies_in: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in resources:
        parent = str(each.get("parentId"))
        lies_in[parent if parent in folders else ""].append(each)
    bases = [
        each.get("data")
        for each in resources
        if each.get("_type") == "environment" and not str(each.get("parentId")).startswith("env_")
    ]

    def below(value: Mapping[str, Any]) -> list[dict[str, Any]]:
        # Whoever lies in itself is found once.
        found = lies_in.pop("" if value is content else str(value.get("_id")), [])
        return _in_order(found, lambda each: each.get("metaSortKey"))

    return below, bases[0] if bases else None


def _of_5(content: Mapping[str, Any]) -> tuple[Below, Any]:
    environments = content.get("environments")

    def below(value: Mapping[str, Any]) -> list[dict[str, Any]]:
        found = value.get("collection" if value is content else "children")
        items = [each for each in (found if isinstance(found, list) else []) if _is(each)]
        return _in_order(
            items, lambda each: each["meta"].get("sortKey") if _is(each.get("meta")) else 0
        )

    return below, environments.get("data") if isinstance(environments, dict) else None


def _is(value: object) -> bool:
    return isinstance(value, dict)


def _in_order(items: list[dict[str, Any]], key: Any) -> list[dict[str, Any]]:
    def number(each: dict[str, Any]) -> float:
        found = key(each)
        return found if isinstance(found, int | float) else 0

    return sorted(items, key=number)


def kind_of(value: Mapping[str, Any]) -> str:
    """`folder`, `request`, `other` for a request of another protocol, or nothing."""
    if "_type" in value:
        kind = str(value["_type"])
        return KINDS.get(kind, "other" if kind.endswith("_request") else "")
    if "children" in value:
        return "folder"
    return "other" if "reflectionApi" in value else "request"


def flat(values: Any) -> dict[str, str]:
    """The values of an environment: `a.b` of a value within another."""
    found: dict[str, str] = {}
    waiting = [("", values)]
    while waiting and len(found) < ENTRIES:
        prefix, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{prefix}.{name}"[:200], each) for name, each in value.items()]
        elif prefix:
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            found[prefix[1:]] = text
    return found

"""The places at which two OpenAPI documents differ: operations, and what these and schemas have.

A place is written as `openapi GET /items/{id} response 429`. What a document refers to is compared
once, where it is defined, so that a schema that many operations use is one difference. `$ref` is
compared by its text.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from starlette_conformance.explain import json_places
from starlette_conformance.explain import openapi_words as words
from starlette_conformance.explain.json_places import text_of
from starlette_conformance.explain.openapi_words import table_of
from starlette_conformance.explain.text_places import Place

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
PREFIX = "openapi"

Places = Iterator[Place]
Compare = Callable[[str, Any, Any], Places]
Describe = Callable[[Any], str]


def is_document(value: Any) -> bool:
    """Whether a JSON value is an OpenAPI document, or one of Swagger 2.0."""
    if not isinstance(value, dict) or not isinstance(value.get("paths"), dict):
        return False
    return any(isinstance(value.get(name), str) for name in ("openapi", "swagger"))


def of_documents(before: dict[str, Any], after: dict[str, Any]) -> Places:
    """Where two documents differ. Raises RecursionError."""
    operations, others = (_operations(each["paths"]) for each in (before, after))
    yield from _named(PREFIX, operations, others, _of_operations, words.of_operation)
    yield from _of_rest(PREFIX, _rest(before), _rest(after))
    schemas, other_schemas = _schemas(before), _schemas(after)
    yield from _named(f"{PREFIX} schema", schemas, other_schemas, _of_schemas, words.of_schema)
    parts, other_parts = _components(before), _components(after)
    yield from _named(f"{PREFIX} component", parts, other_parts, _of_rest, text_of)


def _operations(paths: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": _with_common(item.get("parameters"), item[method])
        for path, item in paths.items()
        if isinstance(item, dict)
        for method in item
        if method in METHODS
    }


def _with_common(given: Any, operation: Any) -> Any:
    """An operation with the parameters that its path gives to all."""
    if given is None or not isinstance(operation, dict):
        return operation
    common, own = _parameters(given), _parameters(operation.get("parameters"))
    if common is None or own is None:
        return operation | {"parameters of the path": given}
    return operation | {"parameters": [*(common | own).values()]}


def _rest(document: dict[str, Any]) -> dict[str, Any]:
    """What is neither an operation nor a component."""
    found = _without(document, {"paths", "components"})
    for path, item in document["paths"].items():
        said = _without(item, {*METHODS, "parameters"}) if isinstance(item, dict) else item
        if said:
            found.setdefault("paths", {})[path] = said
    components = document.get("components", {})
    odd = {kind: each for kind, each in table_of(components).items() if not isinstance(each, dict)}
    if odd or not isinstance(components, dict):
        found["components"] = odd or components
    return _without(found, {"definitions"}) if _are_schemas(document) else found


def _are_schemas(document: dict[str, Any]) -> bool:
    """Whether `definitions` are what `components` has elsewhere, as in Swagger 2.0."""
    return "components" not in document and isinstance(document.get("definitions"), dict)


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    if _are_schemas(document):
        return table_of(document["definitions"])
    return table_of(table_of(document.get("components")).get("schemas"))


def _components(document: dict[str, Any]) -> dict[str, Any]:
    """Of `components` all but schemas, by what they are and their names."""
    return {
        f"{kind} {name}": value
        for kind, values in table_of(document.get("components")).items()
        if kind != "schemas"
        for name, value in table_of(values).items()
    }


def _named(
    what: str,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    compare: Compare,
    describe: Describe,
) -> Places:
    """What one document has only, in a few words, and how those differ that both have."""
    for name in dict.fromkeys(chain(ours, theirs)):
        where = f"{what} {name}"
        if name not in theirs:
            yield Place(where, describe(ours[name]), None)
        elif name not in ours:
            yield Place(where, None, describe(theirs[name]))
        elif ours[name] != theirs[name]:
            yield from compare(where, ours[name], theirs[name])


def _of_rest(where: str, before: Any, after: Any) -> Places:
    """By paths, as other JSON."""
    for place in json_places.of_values(before, after):
        yield place._replace(where=f"{where} {place.where}")


def _of_operations(where: str, before: Any, after: Any) -> Places:
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield from _of_rest(where, before, after)
        return
    both, apart = (before, after), {"parameters", "requestBody", "responses"}
    ours, theirs = (_parameters(each.get("parameters")) for each in both)
    if ours is None or theirs is None:
        apart.remove("parameters")
    else:
        yield from _named(f"{where} parameter", ours, theirs, _of_contents, words.of_parameter)
    bodies = [{"body": each["requestBody"]} if "requestBody" in each else {} for each in both]
    yield from _named(where, bodies[0], bodies[1], _of_bodies, words.of_body)
    responses = [each.get("responses", {}) for each in both]
    if all(isinstance(each, dict) for each in responses):
        yield from _named(
            f"{where} response", responses[0], responses[1], _of_bodies, words.of_response
        )
    else:
        apart.remove("responses")
    yield from _of_rest(where, *(_without(each, apart) for each in both))


def _parameters(value: Any) -> dict[str, Any] | None:
    """Parameters by where they are and their names; None where a list has others."""
    if value is None:
        return {}
    found = {}
    for each in value if isinstance(value, list) else [None]:
        if not isinstance(each, dict):
            return None
        name = str(each.get("$ref") or f"{each.get('in')} {each.get('name')}")
        if name in found:
            return None
        found[name] = each
    return found


def _of_bodies(where: str, before: Any, after: Any) -> Places:
    """A request body, or a response: by media type."""
    if not _have(before, after, "content"):
        yield from _of_contents(where, before, after)
        return
    yield from _named(where, before["content"], after["content"], _of_contents, words.of_content)
    yield from _of_rest(where, *(_without(each, {"content"}) for each in (before, after)))


def _of_contents(where: str, before: Any, after: Any) -> Places:
    """What has a schema: a parameter, or a media type."""
    if not _have(before, after, "schema"):
        yield from _of_rest(where, before, after)
        return
    yield from _of_schemas(where, before["schema"], after["schema"])
    yield from _of_rest(where, *(_without(each, {"schema"}) for each in (before, after)))


def _of_schemas(where: str, before: Any, after: Any) -> Places:
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield from _of_rest(where, before, after)
        return
    types = words.type_of(before), words.type_of(after)
    apart: set[str] = set()
    if None not in types and types[0] != types[1]:
        yield Place(f"{where} type", *types)
        apart |= words.KIND
    elif _have(before, after, "items") and before["items"] != after["items"]:
        yield from _of_schemas(f"{where} items", before["items"], after["items"])
        apart.add("items")
    if _have(before, after, "properties"):
        properties = before["properties"], after["properties"]
        yield from _named(f"{where} property", *properties, _of_schemas, words.of_schema)
        apart.add("properties")
    needed, other_needed = (_names(each.get("required", [])) for each in (before, after))
    if needed is not None and other_needed is not None:
        yield from _of_required(where, needed, other_needed)
        apart.add("required")
    yield from _of_rest(where, *(_without(each, apart) for each in (before, after)))


def _of_required(where: str, before: dict[str, None], after: dict[str, None]) -> Places:
    for name in before | after:
        if name not in before or name not in after:
            said = ("required" if name in each else "optional" for each in (before, after))
            yield Place(f"{where} required {name}", *said)


def _names(value: Any) -> dict[str, None] | None:
    """A list of different names; None for anything else."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    names = dict.fromkeys(value)
    return names if len(names) == len(value) else None


def _have(before: Any, after: Any, key: str) -> bool:
    """Whether both have a table of that name."""
    both = isinstance(before, dict) and isinstance(after, dict)
    return both and all(isinstance(each.get(key), dict) for each in (before, after))


def _without(value: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key not in keys}

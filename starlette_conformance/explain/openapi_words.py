"""What an OpenAPI document has at a place, in a few words."""

from typing import Any

from starlette_conformance.explain.json_places import text_of

KIND = frozenset({"type", "format", "$ref", "items", "anyOf", "oneOf"})
"""What says of which type a value is."""
DEEP = 4
"""Types within a type that one word for it has."""


def table_of(value: Any) -> dict[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def type_of(schema: Any, depth: int = 0) -> str | None:
    """A type in words that say all of it; None where they would not."""
    if not isinstance(schema, dict) or depth > DEEP:
        return None
    said = {key: schema[key] for key in schema if key in KIND}
    match said:
        case {"$ref": str(name)} if len(said) == 1:
            return name.removeprefix("#/components/schemas/")
        case {"anyOf": list(options)} | {"oneOf": list(options)} if len(said) == 1:
            every = [_alone(each, depth + 1) for each in options]
            return None if None in every else " or ".join(map(str, every))
        case {"type": "array", "items": items} if len(said) == 2:
            inner = _alone(items, depth + 1)
            return None if inner is None else f"array of {inner}"
        case {"type": str(name), "format": str(form)} if len(said) == 2:
            return f"{name} ({form})"
        case {"type": str(name)} if len(said) == 1:
            return name
        case {"type": list(names)} if len(said) == 1:
            return " or ".join(map(str, names))
    return None


def _alone(schema: Any, depth: int) -> str | None:
    """The same of a schema that says nothing but its type, and what it is called."""
    if isinstance(schema, dict) and schema.keys() - KIND - {"title"}:
        return None
    return type_of(schema, depth)


def of_schema(schema: Any) -> str:
    """A schema in a few words."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict):
        return f"object with {', '.join(map(str, properties)) or 'no properties'}"
    return type_of(schema) or text_of(schema)


def of_operation(value: Any) -> str:
    responses = table_of(value).get("responses")
    if not isinstance(responses, dict):
        return text_of(value)
    name = value.get("operationId")
    return f"{name if isinstance(name, str) else 'operation'}: {', '.join(map(str, responses))}"


def of_parameter(value: Any) -> str:
    if not isinstance(value, dict) or "$ref" in value:
        return text_of(value)
    required = "required" if value.get("required") is True else "optional"
    return f"{required}, {of_schema(value.get('schema', {}))}"


def of_content(value: Any) -> str:
    return of_schema(value["schema"]) if table_of(value).get("schema") else text_of(value)


def of_body(value: Any) -> str:
    contents = table_of(table_of(value).get("content"))
    if not contents:
        return text_of(value)
    return "; ".join(f"{kind}: {of_content(each)}" for kind, each in contents.items())


def of_response(value: Any) -> str:
    said = table_of(value).get("description")
    contents = table_of(table_of(value).get("content"))
    words = [said if isinstance(said, str) else "", of_body(value) if contents else ""]
    return "; ".join(filter(None, words)) or text_of(value)

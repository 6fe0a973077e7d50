"""The rules by which two OpenAPI documents are compared."""

import json
from typing import Any

import pytest

from starlette_conformance.explain.bodies import places
from starlette_conformance.explain.differences import differences
from starlette_conformance.explain.severity import severity_of
from starlette_conformance.model.expectations import Response
from starlette_conformance.replay.wire_response import WireResponse

ITEM = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "price": {"type": "integer"}},
    "required": ["name"],
}
OF_ITEM = {"schema": {"$ref": "#/components/schemas/Item"}}
READ = {
    "operationId": "read",
    "parameters": [
        {"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}},
        {"in": "query", "name": "q", "schema": {"type": "string"}},
    ],
    "responses": {
        "200": {"description": "OK", "content": {"application/json": OF_ITEM}},
        "429": {"description": "Slow down"},
    },
}
CREATE = {
    "operationId": "create",
    "requestBody": {"required": True, "content": {"application/json": OF_ITEM}},
    "responses": {"201": {"description": "Made"}},
}


def document(**changed: Any) -> dict[str, Any]:
    found = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/items/{id}": {"get": READ}, "/items": {"post": CREATE}},
        "components": {"schemas": {"Item": ITEM}},
    }
    copied: dict[str, Any] = json.loads(json.dumps(found | changed))
    return copied


def compared(before: Any, after: Any) -> list[tuple[str, str | None, str | None]]:
    kinds = ["application/json", "application/json"]
    found = places(json.dumps(before).encode(), json.dumps(after).encode(), kinds)
    return [(each.where, each.before, each.after) for each in found or []]


def with_read(**changed: Any) -> dict[str, Any]:
    return document(paths={"/items/{id}": {"get": READ | changed}, "/items": {"post": CREATE}})


def with_item(**changed: Any) -> dict[str, Any]:
    return document(components={"schemas": {"Item": ITEM | changed}})


def test_equal_documents_have_no_place() -> None:
    assert compared(document(), document()) == []


def test_an_operation_vanishes() -> None:
    after = document(paths={"/items/{id}": {"get": READ}})
    assert compared(document(), after) == [("openapi POST /items", "create: 201", None)]


def test_an_operation_appears() -> None:
    before = document(paths={"/items/{id}": {"get": READ}})
    assert compared(before, document()) == [("openapi POST /items", None, "create: 201")]


def test_a_response_vanishes() -> None:
    after = with_read(responses={"200": READ["responses"]["200"]})  # type: ignore[index]
    where = "openapi GET /items/{id} response 429"
    assert compared(document(), after) == [(where, "Slow down", None)]


def test_a_response_has_another_schema() -> None:
    of_many = {"schema": {"type": "array", "items": OF_ITEM["schema"]}}
    responses = {
        "200": {"description": "OK", "content": {"application/json": of_many}},
        "429": {"description": "Slow down"},
    }
    where = "openapi GET /items/{id} response 200 application/json type"
    assert compared(document(), with_read(responses=responses)) == [
        (where, "Item", "array of Item")
    ]


def test_parameters_come_by_name_and_not_by_order() -> None:
    assert compared(document(), with_read(parameters=[*reversed(READ["parameters"])])) == []  # type: ignore[call-overload]


def test_parameters_vanish_appear_and_change_type() -> None:
    parameters = [
        {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}},
        {"in": "header", "name": "x", "required": True, "schema": {"type": "string"}},
    ]
    where = "openapi GET /items/{id} parameter"
    assert compared(document(), with_read(parameters=parameters)) == [
        (f"{where} path id type", "integer", "string"),
        (f"{where} query q", "optional, string", None),
        (f"{where} header x", None, "required, string"),
    ]


def test_a_parameter_of_the_path_is_one_of_its_operations() -> None:
    rest = {"get": READ | {"parameters": READ["parameters"][1:]}}  # type: ignore[index]
    item = {"parameters": READ["parameters"][:1], **rest}  # type: ignore[index]
    assert (
        compared(document(), document(paths={"/items/{id}": item, "/items": {"post": CREATE}}))
        == []
    )


def test_a_request_body_vanishes() -> None:
    create = {key: value for key, value in CREATE.items() if key != "requestBody"}
    after = document(paths={"/items/{id}": {"get": READ}, "/items": {"post": create}})
    where = "openapi POST /items body"
    assert compared(document(), after) == [(where, "application/json: Item", None)]


def test_a_request_body_has_another_media_type() -> None:
    create = CREATE | {
        "requestBody": {"required": True, "content": {"multipart/form-data": OF_ITEM}}
    }
    after = document(paths={"/items/{id}": {"get": READ}, "/items": {"post": create}})
    where = "openapi POST /items body"
    assert compared(document(), after) == [
        (f"{where} application/json", "Item", None),
        (f"{where} multipart/form-data", None, "Item"),
    ]


def test_a_schema_changes_once_whoever_uses_it() -> None:
    after = with_item(properties={"name": {"type": "string"}, "price": {"type": "number"}})
    where = "openapi schema Item property price type"
    assert compared(document(), after) == [(where, "integer", "number")]


def test_a_property_vanishes_appears_or_becomes_optional() -> None:
    after = with_item(
        properties={"name": {"type": "string"}, "at": {"type": "string"}}, required=[]
    )
    where = "openapi schema Item"
    assert compared(document(), after) == [
        (f"{where} property price", "integer", None),
        (f"{where} property at", None, "string"),
        (f"{where} required name", "required", "optional"),
    ]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": "array", "items": {"type": "string"}}, "array of string"),
        ({"$ref": "#/components/schemas/Other"}, "Other"),
    ],
)
def test_a_property_gets_another_type(schema: Any, words: str) -> None:
    after = with_item(properties={"name": {"type": "string"}, "price": schema})
    where = "openapi schema Item property price type"
    assert compared(document(), after) == [(where, "integer", words)]


def test_what_no_word_says_is_compared_by_its_paths() -> None:
    limited = {"type": "integer", "maximum": 9}
    after = with_item(properties={"name": {"type": "string"}, "price": limited})
    assert compared(document(), after) == [
        ("openapi schema Item property price $.maximum", None, "9")
    ]
    of_limited = {"anyOf": [limited, {"type": "null"}]}
    before = with_item(properties={"name": {"type": "string"}, "price": of_limited})
    of_others = {"anyOf": [limited | {"maximum": 8}, {"type": "null"}]}
    after = with_item(properties={"name": {"type": "string"}, "price": of_others})
    where = "openapi schema Item property price $.anyOf[0].maximum"
    assert compared(before, after) == [(where, "9", "8")]


def test_a_schema_vanishes_and_another_appears() -> None:
    after = document(components={"schemas": {"Thing": ITEM}})
    assert compared(document(), after) == [
        ("openapi schema Item", "object with name, price", None),
        ("openapi schema Thing", None, "object with name, price"),
    ]


def test_other_components_and_the_rest_come_by_name() -> None:
    scheme = {"type": "http", "scheme": "bearer"}
    components = {"schemas": {"Item": ITEM}, "securitySchemes": {"token": scheme}}
    after = document(openapi="3.0.2", components=components, info={"title": "Shop", "version": "2"})
    assert compared(document(), after) == [
        ("openapi $.openapi", '"3.1.0"', '"3.0.2"'),
        ("openapi $.info.version", '"1"', '"2"'),
        ("openapi component securitySchemes token", None, '{"scheme": "bearer", "type": "http"}'),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"paths": {"/items": None}},
        {"paths": {"/items": {"get": 3, "parameters": 4}}},
        {"paths": {"/items": {"get": {"parameters": [None], "responses": [], "requestBody": 1}}}},
        {
            "paths": {
                "/items": {"parameters": [{}], "get": {"parameters": {}, "responses": {"1": 2}}}
            }
        },
        {"components": []},
        {"components": {"schemas": {"Item": True}, "headers": 3}},
        {"components": {"schemas": {"Item": {"type": 3, "items": 4, "required": [5]}}}},
        {"definitions": {"Item": ITEM}},
    ],
)
def test_what_is_odd_is_compared_as_well(odd: Any) -> None:
    for before, after in ((document(), document(**odd)), (document(**odd), document())):
        assert compared(before, after)
    assert compared(document(**odd), document(**odd)) == []


def test_each_of_many_operations_is_a_difference_of_its_own() -> None:
    """A public case: 429 vanished from 250 of 253 operations."""
    paths = {f"/{number}": {"get": READ} for number in range(253)}
    without = READ | {"responses": {"200": READ["responses"]["200"]}}  # type: ignore[index]
    fewer = {
        path: {"get": without} if int(path[1:]) < 250 else item for path, item in paths.items()
    }
    sides = [
        WireResponse(Response(200, {"content-type": "application/json"}, json.dumps(each).encode()))
        for each in (document(paths=paths), document(paths=fewer))
    ]
    found = [each for each in differences(*sides) if each.where.startswith("body")]
    assert [each.where for each in found] == [
        f"body openapi GET /{number} response 429" for number in range(250)
    ]
    assert {(each.before, each.after, each.severity) for each in found} == {
        ("Slow down", None, severity_of("body"))
    }

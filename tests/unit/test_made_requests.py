"""Requests to an app that nobody wrote: routes, pages, values of responses, and their file."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import pytest

from starlette_conformance.explain.statuses import Reached
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.expectations import Response
from starlette_conformance.output.output_files import Unwritten
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.userapp import http_file
from starlette_conformance.userapp.diff_app import made_steps
from starlette_conformance.userapp.generate import _routes, cases, given, planned, routes
from starlette_conformance.userapp.generate.cases import Case, Link, Mark, Operation
from starlette_conformance.userapp.generate.limits import Limits, headers_of, values_of
from starlette_conformance.userapp.generate.make import Made
from starlette_conformance.userapp.generate.pages import Next, leads_to
from starlette_conformance.userapp.generate.planned import Planned
from starlette_conformance.userapp.generate.reached import reached
from starlette_conformance.userapp.generate.routes import Route, Routes
from starlette_conformance.userapp.recorded_request import Step

JSON = (("Content-Type", "application/json"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
PARTS = (("Content-Type", "multipart/form-data; boundary=b"),)


def test_routes_are_walked_below_mounts_and_included_routers() -> None:
    class Mount(Thing): ...

    class WebSocketRoute(Thing): ...

    leaf = Thing(path="/leaf", methods={"GET", "HEAD"}, param_convertors={})
    router = Thing(routes=[Thing(path="/own/leaf", methods={"PUT"})])
    included = Thing(original_router=router, include_context=Thing(prefix="/deep"))
    mounted = Mount(path="/files", app=Thing())
    socket = WebSocketRoute(path="/ws")
    every = [leaf, Mount(path="/below", routes=[leaf]), included, mounted, socket]
    found = [*_routes.walk(every, "", 0)]
    assert [each["path"] for each in found] == [
        "/leaf", "/below/leaf", "/deep/own/leaf", "/files", "/ws",
    ]  # fmt: skip
    assert [each["mount"] for each in found] == [False, False, False, True, False]
    assert [each["websocket"] for each in found] == [False, False, False, False, True]


def test_each_route_is_requested_by_each_method_with_values_that_its_converters_take() -> None:
    found = routes.cases(
        Routes(
            (
                Route("/a/{n:int}/{u:uuid}", ("GET", "HEAD"), False, False,
                      {"n": "IntegerConvertor", "u": "UUIDConvertor"}),
                Route("/b/{name}", ("DELETE", "POST")),
                Route("/known", ("GET",)),
                Route("/docs", ("GET",)),
                Route("/ws", websocket=True),
                Route("/files", mount=True),
            ),
            about_the_document=("/docs",),
        ),
        {},
        {"GET /known"},
    )  # fmt: skip
    assert [each.operation for each in found.operations] == [
        "POST /b/{name}", "GET /a/{n}/{u}", "DELETE /b/{name}",
    ]  # fmt: skip
    (case,) = found.by_operation["GET /a/{n}/{u}"]
    assert given.filled(case, found.operations[1], []) == (
        "/a/1/00000000-0000-4000-8000-000000000001",
        b"",
    )
    assert found.skipped == ("not requested: 1 WebSocket routes",)


def test_a_value_of_the_users_stands_in_a_route() -> None:
    found = routes.cases(Routes((Route("/b/{name}"),)), {"name": "a/b"})
    assert found.by_operation["GET /b/{name}"][0].target == "/b/a%2Fb"


PAGE = """
<base href="/shop/"><a href="items?a=1#top">x</a> <a href="http://elsewhere.org/">y</a>
<a href="/logout">bye</a><a href="mailto:a@b.c">z</a><a href="/caf\xe9">w</a>
<form action="/find"><input name="q"><input type=checkbox name=c checked>
<input type=submit name=s><select name=kind><option value=tea><option value=milk></select></form>
<form method="post"><input name="mail" type="email"><textarea name="text"></textarea></form>
<form method="post" action="/add"><input type=hidden name=csrf value=01234567>
<input name=a></form>
<form method="delete" action="/x"></form>
"""


def test_a_base_that_is_no_url_is_ignored() -> None:
    page = "<base href='http://[x'><a href=there>"
    assert leads_to(page, "/here", "page", []) == [Next("GET", "/there")]


def test_a_page_leads_to_its_links_and_forms() -> None:
    assert (
        leads_to(PAGE, "/here", "page", ["127.0.0.1:1"])
        == [
            Next("GET", "/shop/items?a=1"),
            Next("GET", "/caf%C3%A9"),
            Next("GET", "/find?q=tea&c=on&kind=tea"),
            Next("POST", "/here", FORM, b"mail=ada%40example.com&text=tea"),
            Next("POST", "/add", FORM, b"csrf={{page.response.fields.csrf}}&a=tea"),
            Next("GET", "/x"),
        ][:5]
    )


ENTRANCE = """<form method=post enctype="multipart/form-data"><input name=login>
<input type=hidden name="a b" value="1"><input type=hidden name="a.b" value="2">
<input type=password name=pw><input name=note value=kept></form>
"""


def test_a_form_with_a_password_has_a_name_or_what_the_user_types() -> None:
    (form,) = leads_to(ENTRANCE, "/in", "page", [], {"pw": "mine", "a.b": "not typed"})
    values = ["ada", "1", "{{page.response.fields.a.b}}", "mine", "kept"]
    assert (form.method, form.target, form.enters) == ("POST", "/in", True)
    assert [part.split("\r\n")[2] for part in form.body.decode().split("form-data;")[1:]] == values


@pytest.mark.parametrize("text", ["<a href='http://[::1'>x</a>", "<form><form><input>", "<a href>"])
def test_a_page_that_is_odd_leads_nowhere_or_back(text: str) -> None:
    assert {each.target for each in leads_to(text, "/here", "page", [])} <= {"/here"}


REQUESTS = [
    Planned("a", "POST /a", "POST", "/a?x=%7B%7B", JSON, rb'{"t": "{\u007bx}}", "n": [[1]]}', 201),
    Planned("b", "", "GET", "/b/{{a.response.body.$.id}}", (("Accept", "*/*"),), b"", 200),
    Planned("c", "", "PUT", "/c", JSON, b'{"id": {{a.response.body.$.id}}, "b": {"c": {}}}', 204),
    Planned("d", "", "POST", "/d", FORM, b"a=1&b=%20", 200),
    Planned("e", "", "POST", "/e", PARTS, b'--b\r\nA: 1\r\n\r\n\r\n< x\r\n--b--\r\n', 200),
    Planned("f", "", "POST", "/f", PARTS, b"--b\r\nA: 1\r\n\r\ntea\r\n--b--\r\n", 200),
    Planned("g", "", "POST", "/g", (("Content-Type", "image/png"),), bytes(range(256)), 400),
    Planned("h", "", "POST", "/h", JSON, b'"### no"', 0),
    Planned("i", "", "POST", "/i", (("Content-Type", "text/plain"),), b"### no", 0),
    Planned("j", "", "POST", "/j", (("Content-Type", "text/plain"),), b" ?? status == 200", 0),
    Planned("k", "", "POST", "/k", (("Content-Type", "text/plain"),), b"a\n\nb\n", 0),
    Planned("l", "", "POST", "/l", (("Content-Type", "text/plain"),), b"x {{y}}", 0),
    Planned("m", "", "GET", "/m", (("Authorization", "Bearer {{a.response.body.$.t}}"),), b"", 0),
]  # fmt: skip


def test_what_is_written_is_read_as_it_was_sent(tmp_path: Path) -> None:
    planned.write(tmp_path / "made.http", REQUESTS, "# a comment\n")
    steps = http_file.requests(tmp_path / "made.http", "m:app")
    assert [step.request.data for step in steps] == [e.request("m:app").data for e in REQUESTS]
    assert [step.recorded for step in steps] == [each.status for each in REQUESTS]
    assert [step.name for step in steps] == [each.name for each in REQUESTS]
    for step, each in zip(steps, REQUESTS, strict=True):
        assert [(b.text, b.where) for b in step.bindings] == [
            (b.text, b.where) for b in each.bindings
        ]


def test_only_a_body_that_cannot_stand_in_the_file_has_one_of_its_own(tmp_path: Path) -> None:
    planned.write(tmp_path / "made.http", REQUESTS, "")
    beside = {path.name for path in (tmp_path / "made-bodies").iterdir()}
    assert beside == {"e", "g", "i", "j", "k", "l"}


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"nowhere/made\.http: cannot be written: No such file or directory"
    ):
        Made(tuple(REQUESTS), (), "x").write(tmp_path / "nowhere" / "made.http")


def test_a_made_request_is_named_by_its_operation_or_by_the_file_that_keeps_it(
    tmp_path: Path,
) -> None:
    made = Made(tuple(REQUESTS[:3]), (), "x")
    steps, _ = made_steps(made, "m:app", None, Unwritten())
    assert [each.place for each in steps] == [
        "request 1 of POST /a",
        "request 1 of pages",
        "request 2 of pages",
    ]
    assert [bound.place for each in steps for bound in each.bindings] == [
        "request 1 of POST /a"
    ] * 2
    (first, *_), _ = made_steps(made, "m:app", tmp_path / "made.http", Unwritten())
    assert first.place == "made.http:6"


def test_each_request_has_a_name_of_its_own() -> None:
    taken = planned.name_of("GET /items/{id}", "GET", "/items/1", [])
    assert taken == "get_items_id"
    assert planned.name_of("GET /items/{id}", "GET", "/items/1", [taken]) == "get_items_id_2"
    assert planned.name_of("", "GET", "/?q=1", []) == "get"


def exchange(name: str, of: str, body: Any, status: int = 200) -> given.Exchange:
    method, _, path = of.partition(" ")
    response = Response(status, {"content-type": "application/json"}, json.dumps(body).encode())
    return given.Exchange(name, of, path, method, response)


READ = Operation("GET /items/{item_id}", "/items/{item_id}")
BY_ID = Case(READ.operation, "simple", "GET", "/items/zq0qz", (), b"",
             {"zq0qz": Mark("path.item_id", "a b")})  # fmt: skip


@pytest.mark.parametrize(
    ("exchanges", "reference"),
    [
        ([], ""),
        ([exchange("add", "POST /items", {"id": 3})], "add.response.body.$.id"),
        ([exchange("add", "POST /items", {"id": 3}, 422)], ""),
        ([exchange("add", "POST /items", {"item_id": "x"})], "add.response.body.$.item_id"),
        ([exchange("add", "POST /items", {"item": {"id": 1}})], "add.response.body.$.item.id"),
        ([exchange("all", "GET /items/", [{"id": 1}])], "all.response.body.$[0].id"),
        ([exchange("all", "GET /items", {"of": [{"id": 1}]})], "all.response.body.$.of[0].id"),
        ([exchange("all", "GET /items", [])], ""),
        ([exchange("other", "POST /others", {"id": 3})], ""),
        (
            [exchange("add", "POST /items", {"id": 3}), exchange("all", "GET /items", [{"id": 1}])],
            "add.response.body.$.id",
        ),
    ],
)
def test_a_parameter_takes_what_a_response_gave(
    exchanges: list[given.Exchange], reference: str
) -> None:
    value = f"{{{{{reference}}}}}" if reference else "a%20b"
    assert first(BY_ID, READ, exchanges) == f"/items/{value}"


def first(case: Case, operation: Operation, exchanges: list[given.Exchange]) -> str:
    values = given.choices(case, operation, exchanges)[0]
    return given.filled(case, operation, exchanges, values)[0]


def stands_for(path: str, value: str, exchanges: list[given.Exchange]) -> list[str]:
    """What is tried in the place of the last parameter of a path, in order."""
    names = given.PARAMETER.findall(path)
    marks = {f"zq{n}qz": Mark(f"path.{name}", value) for n, name in enumerate(names)}
    target = path
    for mark, found in marks.items():
        target = target.replace(f"{{{found.at.removeprefix('path.')}}}", mark)
    operation = Operation(f"GET {path}", path)
    case = Case(operation.operation, "simple", "GET", target, (), b"", marks)
    return [
        given.filled(case, operation, exchanges, values)[0]
        for values in given.choices(case, operation, exchanges)
    ]


@pytest.mark.parametrize(
    ("value", "exchanges", "targets"),
    [
        ("", [exchange("all", "GET /of", ["a", "b"])],
         ["/of/{{all.response.body.$[0]}}", "/of/{{all.response.body.$[1]}}", "/of/"]),
        ("", [exchange("all", "GET /of", {"x": ["a"]})],
         ["/of/{{all.response.body.$.x[0]}}", "/of/x", "/of/"]),
        ("", [exchange("all", "GET /of", {"a b": 1})], ["/of/a%20b", "/of/"]),
        ("0", [exchange("all", "GET /of", ["a", 7])], ["/of/{{all.response.body.$[1]}}", "/of/0"]),
        ("0", [exchange("all", "GET /of", {"a": {}, "3": {}})], ["/of/3", "/of/0"]),
        ("", [exchange("all", "GET /api/pluginslist", ["cpu"])],
         ["/of/{{all.response.body.$[0]}}", "/of/"]),
        ("", [exchange("all", "GET /plugins", [{"name": "cpu"}])],
         ["/of/{{all.response.body.$[0].name}}", "/of/"]),
        ("", [exchange("add", "POST /others", {"plugin_id": 4})],
         ["/of/{{add.response.body.$.plugin_id}}", "/of/"]),
        ("", [exchange("add", "POST /others", {"id": 4})], ["/of/"]),
        ("", [exchange("all", "GET /of", {"ok": True}, 404)], ["/of/"]),
    ],
)  # fmt: skip
def test_a_parameter_takes_one_value_after_another(
    value: str, exchanges: list[given.Exchange], targets: list[str]
) -> None:
    assert stands_for("/of/{plugin_id}", value, exchanges) == targets


@pytest.mark.parametrize(
    ("path", "is_text", "may_be_empty", "expected"),
    [
        ("/search/{path}", True, True, [{}, {"path": ""}]),
        ("/search/{path}", False, True, [{}]),
        ("/search/{path}", True, False, [{}]),
        ("/{path}/size", True, True, [{}]),
    ],
)
def test_a_text_at_the_end_of_a_path_may_be_the_root_of_the_others(
    path: str, is_text: bool, may_be_empty: bool, expected: list[dict[str, str]]
) -> None:
    case = Case("x", "simple", "GET", path, (), b"", {"zq0qz": Mark("path.path", "0", is_text)})
    operation = Operation("GET", path)
    assert given.choices(case, operation, [], may_be_empty) == expected


def test_a_root_has_nothing_in_its_place() -> None:
    marks = {"zq0qz": Mark("path.path", "0", is_text=True)}
    case = Case("x", "simple", "GET", "/search/zq0qz", (), b"", marks)
    operation = Operation("GET", "/search/{path}")
    assert given.filled(case, operation, [], {"path": ""}) == ("/search/", b"")


def test_what_succeeded_in_a_place_is_taken_there_again_with_what_it_lists() -> None:
    done = [
        replace(exchange("cpu", "GET /of/{plugin}", {"user": 1}), values={"plugin": "cpu"}),
        replace(exchange("mem", "GET /of/{plugin}", {"free": 1}, 404), values={"plugin": "mem"}),
    ]
    assert stands_for("/of/{plugin}/views", "", done) == ["/of/cpu/views", "/of//views"]
    assert stands_for("/of/{plugin}/{item}", "", done) == ["/of/cpu/user", "/of//"]


def test_a_link_of_the_document_counts_first_and_by_its_status() -> None:
    link = Link("POST /orders", "201", "path.item_id", "body.$.of")
    operation = Operation(READ.operation, READ.path, links=(link,))
    made = exchange("order", "POST /orders", {"of": 7}, 201)
    assert first(BY_ID, operation, [made]) == "/items/{{order.response.body.$.of}}"
    made = exchange("order", "POST /orders", {"of": 7}, 202)
    assert first(BY_ID, operation, [made]) == "/items/a%20b"


@pytest.mark.parametrize(
    ("value", "headers", "bound", "alone"),
    [
        ("1", JSON, b'{"id": {{o.response.body.$.of}}}', b'{"id": 1}'),
        ('"x"', JSON, b'{"id": "{{o.response.body.$.of}}"}', b'{"id": "x"}'),
        ('"x y"', FORM, b"id={{o.response.body.$.of}}", b"id=x+y"),
        ("1", FORM, b"id={{o.response.body.$.of}}", b"id=1"),
    ],
)
def test_a_field_of_a_body_keeps_its_type(
    value: str, headers: Any, bound: bytes, alone: bytes
) -> None:
    body = b'{"id": "zq0qz"}' if headers is JSON else b"id=zq0qz"
    link = Link("POST /o", "200", "body.id", "body.$.of")
    operation = Operation("POST /p", "/p", links=(link,))
    case = Case("POST /p", "simple", "POST", "/p", headers, body, {"zq0qz": Mark("body.id", value)})
    assert given.filled(case, operation, [exchange("o", "POST /o", {"of": 7})])[1] == bound
    assert given.filled(case, operation, [])[1] == alone


def test_which_operations_were_reached_is_counted_by_every_run() -> None:
    requests = (
        Planned("a", "GET /a", "GET", "/a"),
        Planned("b", "GET /b", "GET", "/b"),
        Planned("b2", "GET /b", "GET", "/b?"),
        Planned("c", "GET /c", "GET", "/c"),
        Planned("page", "", "GET", "/page"),
    )
    made = Made(requests, ("GET /a", "GET /b", "GET /c", "GET /d"), "routes")
    steps = [Step(each.name, each.request("m:app")) for each in requests]

    def run(*statuses: int) -> dict[Step, WireResponse]:
        return {s: WireResponse(Response(n, {})) for s, n in zip(steps, statuses, strict=True)}

    found = reached(made, steps, [run(200, 404, 201, 200, 200), run(200, 404, 201, 500, 200)])
    assert found == Reached(4, ("GET /c (no response)", "GET /d (not requested)"))
    assert found.reached == 2


def of_json(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


ID = {"in": "path", "name": "item_id", "required": True, "schema": {"type": "integer"}}
TEXT = {"type": "string"}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "x", "version": "1"},
    "paths": {
        "/items": {
            "post": {
                "requestBody": of_json("New"),
                "responses": {"201": {"description": "", **of_json("Item")}},
            }
        },
        "/items/{item_id}": {
            "get": {
                "security": [{"token": []}],
                "parameters": [ID],
                "responses": {"200": {"description": "", **of_json("Item")}},
            }
        },
    },
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "New": {
                "type": "object",
                "required": ["name", "password"],
                "properties": {"name": TEXT, "password": TEXT},
            },
            "Item": {"type": "object", "properties": {"id": {"type": "integer"}}},
        },
    },
}


def test_schemathesis_makes_cases_of_a_document_the_same_for_a_seed() -> None:
    found = cases.of_document(DOCUMENT, Limits(values={"name": "milk"}))
    assert [each.operation for each in found.operations] == ["POST /items", "GET /items/{item_id}"]
    assert [each.secured for each in found.operations] == [False, True]
    link = Link("POST /items", "201", "path.item_id", "body.$.id")
    assert link in found.operations[1].links
    first, *rest = found.by_operation["POST /items"]
    assert json.loads(first.body) == {"name": "milk", "password": "Lovelace-1815"}
    assert [each for each in rest if each.kind == "negative"]
    reads = found.by_operation["GET /items/{item_id}"]
    assert {each.target for each in reads if each.kind != "negative"} == {"/items/zq0qz"}
    assert cases.of_document(DOCUMENT, Limits(values={"name": "milk"})) == found


def test_a_document_that_cannot_be_read_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match="no request can be made from the app's OpenAPI document"):
        cases.of_document({"openapi": "9.1.0", "paths": {"/a": {"get": 3}}}, Limits())


def test_time_that_is_over_ends_schemathesis() -> None:
    with pytest.raises(UsageError, match=r"it took more than 0\.001 s"):
        cases.of_document(DOCUMENT, Limits(seconds=0.001))


def test_whoever_lacks_schemathesis_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cases, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'starlette-conformance\[schema\]'"):
        cases.of_document(DOCUMENT, Limits())


def test_values_have_names() -> None:
    assert values_of(["a=b=c", "d="]) == {"a": "b=c", "d": ""}
    for text in ("a", "=a"):
        with pytest.raises(UsageError, match="write NAME=VALUE"):
            values_of([text])


def test_headers_have_names_and_values() -> None:
    assert headers_of(["X-Key: a:b", "A:"]) == (("X-Key", "a:b"), ("A", ""))
    for text in ("a", ": b", "a b: c", "a: b\nc", "a: é"):
        with pytest.raises(UsageError, match="write 'NAME: VALUE'"):
            headers_of([text])

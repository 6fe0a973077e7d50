"""Lines of curl, cassettes of VCR.py, collections of Postman and Insomnia: what is sent of each."""

import json
from pathlib import Path
from typing import Any

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.recorded_request import Step


def steps(path: Path, text: str) -> list[Step]:
    path.write_text(text, "utf-8")
    return read_steps(path, "m:app", None)[0]


def sent(path: Path, text: str) -> list[tuple[str, dict[str, str], bytes]]:
    """The request line, the headers and the body of each."""
    return [
        (
            step.request_line,
            dict(step.request.headers),
            step.request.data.partition(b"\r\n\r\n")[2],
        )
        for step in steps(path, text)
    ]


def refused(path: Path, text: str) -> str:
    with pytest.raises(UsageError) as error:
        steps(path, text)
    return str(error.value)


HOST = {"host": "x.org", "accept": "*/*"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("line", "request_line", "headers", "body"),
    [
        ("curl http://x.org/a?b=c#d", "GET /a?b=c", {}, b""),
        ("$ curl x.org", "GET /", {}, b""),
        ("curl -I x.org/a", "HEAD /a", {}, b""),
        ("curl -sXDELETE x.org/a", "DELETE /a", {}, b""),
        ("curl x.org -H 'A: b:c' -A me -e from -b s=1", "GET /",
         {"a": "b:c", "user-agent": "me", "referer": "from", "cookie": "s=1"}, b""),
        ("curl x.org -d a=b -d c=d", "POST /", FORM | {"content-length": "7"}, b"a=b&c=d"),
        ("curl x.org --data-urlencode 'q=a b'", "POST /", FORM | {"content-length": "5"}, b"q=a+b"),
        ("curl -G x.org/a -d b=c", "GET /a?b=c", {}, b""),
        ("curl x.org --json '{}'", "POST /",
         {"content-type": "application/json", "accept": "application/json", "content-length": "2"},
         b"{}"),
        ("curl -u a:b x.org", "GET /", {"authorization": "Basic YTpi"}, b""),
        (r"curl 'x.org' --data-raw $'it\'s\n\u00e9' --compressed", "POST /",
         FORM | {"content-length": "7"}, "it's\n\xe9".encode()),
        ("curl -X PUT x.org/a --data-binary @body.txt", "PUT /a",
         FORM | {"content-length": "4"}, b"a\nb\n"),
    ],
)  # fmt: skip
def test_a_line_of_curl(
    tmp_path: Path, line: str, request_line: str, headers: dict[str, str], body: bytes
) -> None:
    (tmp_path / "body.txt").write_bytes(b"a\nb\n")
    assert sent(tmp_path / "a.curl", line) == [(request_line, HOST | headers, body)]


FILE = b'Content-Disposition: form-data; name="f"; filename="a.txt"'


def test_parts_of_a_form_by_curl(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("tea")
    ((line, headers, body),) = sent(
        tmp_path / "a.sh", "curl x.org -F a=b -F 'f=@a.txt;type=text/x'"
    )
    assert line == "POST /"
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    assert body.split(b"--" + boundary) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
        b"\r\n".join([b"", FILE, b"Content-Type: text/x", b"", b"tea", b""]),
        b"--\r\n",
    ]


def test_lines_of_curl_have_places(tmp_path: Path) -> None:
    text = "# a comment\n\ncurl x.org/a \\\n  -H 'A: b'\ncurl x.org/b\n"
    assert [str(step) for step in steps(tmp_path / "a.curl", text)] == [
        "GET /a (a.curl:3)",
        "GET /b (a.curl:5)",
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("wget x.org", "1: not a line of curl: 'wget x.org'"),
        ("curl", "1: one URL is wanted, and there are 0"),
        ("curl a b", "1: one URL is wanted, and there are 2"),
        ("curl x.org -H", "1: --header has no value"),
        ('curl "x.org/?x=$USER_ID"', "1: '$USER_ID': no shell replaces that; write what to send"),
        (
            'curl x.org -H "it\'s ${TOKEN}" -d \'{"a": "$b"}\'',
            "1: '${TOKEN}': no shell replaces that; write what to send",
        ),
        ("curl x.org/`pwd`", "1: '`': no shell replaces that; write what to send"),
        ("curl x.org --next-thing", "1: the option --next-thing of curl is not supported"),
        ("\ncurl 'x.org", "2: No closing quotation"),
        ("curl x.org -F a", "1: --form 'a': write NAME=VALUE"),
        ("curl 'http://[x'", "1: Invalid IPv6 URL"),
    ],
)
def test_a_line_of_curl_that_is_refused(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "a.curl"
    assert refused(path, line) == f"{path}:{why}"


CASSETTE = """\
interactions:
- request:
    method: POST
    uri: http://x.org/items
    body: '{"name": "tea"}'
    headers: {Content-Type: [application/json], Connection: [keep-alive]}
  response:
    status: {code: 201, message: Created}
    headers: {Location: [/items/0123-4567-89]}
    body: {string: '{"id": "0123-4567-89"}'}
- request: {method: GET, uri: 'http://x.org/items/0123-4567-89', body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: !!binary dGVh}}
version: 1
"""


def test_a_cassette_is_sent_with_statuses_and_values_of_responses(tmp_path: Path) -> None:
    made, read = steps(tmp_path / "a.yaml", CASSETTE)
    assert str(made) == "POST /items (a.yaml, interaction 1)"
    assert made.request.data.endswith(b'\r\n\r\n{"name": "tea"}')
    assert "connection" not in dict(made.request.headers)
    assert (made.recorded, read.recorded) == (201, 200)
    assert [binding.where for binding in read.bindings] == ["body.$.id"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [", ":2: not YAML: did not find expected node content"),
        ("a: !!python/object:os.system {}", ":1: not YAML: could not determine a constructor"),
        ("interactions: [3]", ": interaction 1: expected object, got int"),
        ("interactions: [{request: {method: GET}}]", ": interaction 1: "),
        ("- 1", ": not a cassette of VCR.py: expected object"),
        ("interactions: [{request: {method: GET, uri: 'http://[x'}}]", ": interaction 1: Invalid"),
        ("a: &a [b]\nc: [" + "*a," * 1001 + "]", ": not YAML: more than 1,000 aliases"),
        ("a: 2001-99-99", ": not YAML: month must be in 1..12"),
    ],
)
def test_a_cassette_that_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "a.yaml"
    assert refused(path, text).startswith(f"{path}{why}")


def collection(request: Any, **more: Any) -> str:
    variables = [{"key": "base", "value": "http://x.org"}, {"key": "deep", "value": "{{base}}/b"}]
    folder = {"name": "folder", "item": [{"name": "one", "request": request}]}
    return json.dumps({"info": {"name": "c"}, "item": [folder], "variable": variables, **more})


@pytest.mark.parametrize(
    ("request_", "line", "headers", "body"),
    [
        ("{{base}}/a", "GET /a", {}, b""),
        ({"url": {"raw": "{{deep}}?c=d"}, "method": "HEAD"}, "HEAD /b?c=d", {}, b""),
        (
            {"url": "x.org", "method": "POST", "header": [{"key": "A", "value": "b"},
             {"key": "Off", "value": "c", "disabled": True}],
             "body": {"mode": "raw", "raw": "{}", "options": {"raw": {"language": "json"}}}},
            "POST /", {"a": "b", "content-type": "application/json", "content-length": "2"}, b"{}",
        ),
        (
            {"url": "x.org", "method": "POST",
             "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b c"}]}},
            "POST /", FORM | {"content-length": "5"}, b"a=b+c",
        ),
        (
            {"url": "x.org", "auth": {"type": "basic", "basic": [
                {"key": "username", "value": "a"}, {"key": "password", "value": "b"}]}},
            "GET /", {"authorization": "Basic YTpi"}, b"",
        ),
        (
            {"url": "x.org", "auth": {"type": "apikey", "apikey": [
                {"key": "key", "value": "X-Key"}, {"key": "value", "value": "{{base}}"}]}},
            "GET /", {"x-key": "http://x.org"}, b"",
        ),
    ],
)  # fmt: skip
def test_a_request_of_a_collection(
    tmp_path: Path, request_: Any, line: str, headers: dict[str, str], body: bytes
) -> None:
    path = tmp_path / "c.json"
    assert sent(path, collection(request_)) == [(line, {"host": "x.org"} | headers, body)]
    assert str(steps(path, collection(request_))[0]) == f"{line} (c.json, folder/one)"


def test_a_collection_gives_its_authorization_to_requests_that_have_none(tmp_path: Path) -> None:
    token = {"type": "bearer", "bearer": [{"key": "token", "value": "t"}]}
    ((_, headers, _),) = sent(tmp_path / "c.json", collection("x.org", auth=token))
    assert headers["authorization"] == "Bearer t"
    without = {"url": "x.org", "auth": {"type": "noauth"}}
    ((_, headers, _),) = sent(tmp_path / "c.json", collection(without, auth=token))
    assert "authorization" not in headers


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (
            "{{token}}/a",
            "folder/one: {{token}} has no value: write it in the collection's variables",
        ),
        (
            {"url": "x.org", "body": {"mode": "graphql"}},
            "folder/one: a body of mode 'graphql' is not supported",
        ),
        (
            {
                "url": "x.org",
                "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file"}]},
            },
            "folder/one: the collection does not have the file that is uploaded",
        ),
        (
            {"url": "x.org", "auth": {"type": "hawk"}},
            "folder/one: authorization by 'hawk' is not supported",
        ),
        ({"method": "GET"}, "folder: field request: "),
    ],
)
def test_a_request_of_a_collection_that_is_refused(tmp_path: Path, request_: Any, why: str) -> None:
    path = tmp_path / "c.json"
    assert refused(path, collection(request_)).startswith(f"{path}: {why}")


def test_json_that_is_no_collection_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    assert refused(path, '{"log": {}}').startswith(f"{path}: not a collection of Postman: ")


ENVIRONMENT = {"_id": "env_1", "_type": "environment", "parentId": "wrk_1"}
DATA = {"base": "http://x.org", "api": {"id": 7}, "again": "{{ _.base }}/a"}


def insomnia(*resources: Any) -> str:
    """An export of format 4; the workspace, and an environment that nobody chose, are ignored."""
    known = [
        {"_id": "wrk_1", "_type": "workspace", "parentId": None},
        ENVIRONMENT | {"data": DATA},
        ENVIRONMENT | {"_id": "env_2", "parentId": "env_1", "data": {"base": "http://y.org"}},
    ]
    return json.dumps({"_type": "export", "__export_format": 4, "resources": [*known, *resources]})


def wanted(url: Any = "{{ _.base }}/", **more: Any) -> dict[str, Any]:
    return {
        "_id": "req_1",
        "_type": "request",
        "parentId": "wrk_1",
        "name": "one",
        "url": url,
    } | more


BEARER = {"type": "bearer", "token": "{{ _.api.id }}"}
FORM_OF_TWO = [
    {"name": "a b", "value": "{{ base }}"},
    {"name": "c", "value": "d", "disabled": True},
]


@pytest.mark.parametrize(
    ("request_", "line", "headers", "body"),
    [
        (wanted("{{ _.again }}?x=y"), "GET /a?x=y", {}, b""),
        (wanted("x.org/a/:id/b", pathParameters=[{"name": "id", "value": "1/2"}]),
         "GET /a/1%2F2/b", {}, b""),
        (wanted(parameters=FORM_OF_TWO), "GET /?a%20b=http%3A%2F%2Fx.org", {}, b""),
        (wanted(method="post", body={"mimeType": "application/json", "text": '"{{_.api.id}}"'}),
         "POST /", {"content-type": "application/json", "content-length": "3"}, b'"7"'),
        (wanted(method="POST", body={"mimeType": FORM["content-type"], "params": FORM_OF_TWO}),
         "POST /", FORM | {"content-length": "23"}, b"a+b=http%3A%2F%2Fx.org"),
        (wanted(headers=[{"name": "A", "value": "b"}, {"name": "C", "disabled": True}],
                authentication=BEARER), "GET /", {"a": "b", "authorization": "Bearer 7"}, b""),
        (wanted(authentication=BEARER | {"prefix": "Token"}), "GET /",
         {"authorization": "Token 7"}, b""),
        (wanted(authentication={"type": "basic", "username": "a", "password": "b"}), "GET /",
         {"authorization": "Basic YTpi"}, b""),
        (wanted(authentication={"type": "apikey", "key": "X-Key", "value": "k"}), "GET /",
         {"x-key": "k"}, b""),
        (wanted(authentication=BEARER | {"disabled": True}), "GET /", {}, b""),
    ],
)  # fmt: skip
def test_a_request_of_insomnia(
    tmp_path: Path, request_: Any, line: str, headers: dict[str, str], body: bytes
) -> None:
    path = tmp_path / "i.json"
    if FORM.items() <= headers.items():
        headers = headers | {"content-length": str(len(body))}
    assert sent(path, insomnia(request_)) == [(line, {"host": "x.org"} | headers, body)]


def test_a_form_of_parts_has_a_boundary_of_its_own(tmp_path: Path) -> None:
    form = {"mimeType": "multipart/form-data", "params": [{"name": "a", "value": "b"}]}
    given = [{"name": "Content-Type", "value": "multipart/form-data"}]
    request = wanted(method="POST", body=form, headers=given)
    ((_, headers, body),) = sent(tmp_path / "i.json", insomnia(request))
    boundary = headers["content-type"].removeprefix("multipart/form-data; boundary=")
    assert body.startswith(f"--{boundary}\r\n".encode())


FOLDER = {
    "_id": "fld_1",
    "_type": "request_group",
    "parentId": "wrk_1",
    "name": "teas",
    "metaSortKey": -5,
    "environment": {"base": "http://x.org/teas"},
    "authentication": BEARER,
    "headers": [{"name": "A", "value": "folder"}],
}
IN_FOLDER: dict[str, Any] = {"parentId": "fld_1", "name": "green", "metaSortKey": 1}


def test_folders_of_insomnia_give_order_variables_headers_and_authorization(tmp_path: Path) -> None:
    path = tmp_path / "i.json"
    text = insomnia(
        wanted(name="last", metaSortKey=9),
        wanted(**IN_FOLDER, headers=[{"name": "a", "value": "own"}]),
        wanted(**IN_FOLDER | {"metaSortKey": 0}, authentication={"type": "none"}),
        FOLDER,
        {"_type": "grpc_request", "parentId": "wrk_1", "url": "x.org"},
        {"_type": "websocket_request", "parentId": "wrk_1", "url": "ws://x.org/"},
    )
    none, own, last = sent(path, text)
    assert (none[0], none[1].get("authorization"), none[1]["a"]) == ("GET /teas/", None, "folder")
    assert (own[1]["authorization"], own[1]["a"]) == ("Bearer 7", "own")
    assert last == ("GET /", {"host": "x.org"}, b"")
    found, left_out = read_steps(path, "m:app", None)
    assert str(found[0]) == "GET /teas/ (i.json, teas/green)"
    assert left_out == [
        "i.json: 1 requests to a WebSocket are left out",
        "i.json: 1 requests of gRPC are left out",
    ]


V5 = """
type: collection.insomnia.rest/5.0
schema_version: "5.1"
name: Shop
collection:
  - name: last
    url: "{{ _.base }}/last"
    method: GET
    meta: {id: req_2, sortKey: -1}
  - name: teas
    meta: {id: fld_1, sortKey: -5}
    environment: {kind: green}
    children:
      - name: one
        url: "{{ _.base }}/{{ _.kind }}"
        method: PUT
        body: {mimeType: text/plain, text: hi}
        meta: {id: req_1}
  - name: live
    url: wss://x.org/live
    meta: {id: ws-req_1}
environments:
  name: Base Environment
  data:
    base: http://x.org
  subEnvironments:
    - name: Staging
      data: {base: "http://y.org"}
"""


def test_the_yaml_of_insomnia_is_no_cassette(tmp_path: Path) -> None:
    path = tmp_path / "i.yaml"
    plain = {"host": "x.org", "content-type": "text/plain", "content-length": "2"}
    assert sent(path, V5) == [("PUT /green", plain, b"hi"), ("GET /last", {"host": "x.org"}, b"")]


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (wanted("{{ _.nope }}"), "one: {{nope}} has no value: write it in the base environment"),
        (wanted("{% uuid 'v4' %}"), "one: {% uuid 'v4' %}: only the program that made it fills"),
        (wanted(body={"mimeType": "application/octet-stream", "fileName": "/etc/passwd"}),
         "one: the export does not have the file that is sent"),
        (wanted(body={"mimeType": "multipart/form-data",
                      "params": [{"name": "f", "type": "file", "fileName": "a"}]}),
         "one: the collection does not have the file that is uploaded"),
        (wanted(authentication={"type": "oauth2"}),
         "one: authorization by 'oauth2' is not supported"),
        (wanted(authentication={"type": "apikey", "addTo": "queryParams"}),
         "one: an API key that is no header is not supported"),
        (wanted(url=7), "an item: field url: expected str, got int"),
    ],
)  # fmt: skip
def test_a_request_of_insomnia_that_is_refused(tmp_path: Path, request_: Any, why: str) -> None:
    path = tmp_path / "i.json"
    assert refused(path, insomnia(request_)).startswith(f"{path}: {why}")


def test_who_has_brunos_files_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "bruno.json").write_text("{}")
    for path in (tmp_path, tmp_path / "one.bru"):
        with pytest.raises(UsageError, match="Bruno's own files are not read; in Bruno, `Share`"):
            read_steps(path, "m:app", None)

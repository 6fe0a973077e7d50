"""Values that a response gives and a later request sends."""

import json

import pytest

from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.userapp.bound_values import Binding, Quoting, filled, is_place, value_at
from starlette_conformance.userapp.find_bindings import Given, bindings

RESPONSE = Response(
    200,
    {"x-token": "t1", "set-cookie": ("a=1; Path=/", "b=2=3"), "location": "/things/17?a=b"},
    b'{"a": {"b-c": [1, {"d": "x"}]}, "e": null}',
)
PAGE = Response(
    200, {}, b'<meta name="csrf" content="c1"><input type=hidden name="t" value="&lt;">'
)
STREAM = Response(200, {}, b": ping\n\nevent: e\ndata: one\ndata: two\n\ndata: rest")


@pytest.mark.parametrize(
    ("response", "where", "value"),
    [
        (RESPONSE, "headers.X-Token", "t1"),
        (RESPONSE, "headers.none", None),
        (RESPONSE, "cookies.b", "2=3"),
        (RESPONSE, "location.2", "17"),
        (RESPONSE, "location.9", None),
        (RESPONSE, "body.$.a['b-c'][1].d", "x"),
        (RESPONSE, "body.$.a.b-c[0]", "1"),
        (RESPONSE, "body.$.a.b-c[7]", None),
        (RESPONSE, "body.$.e", "null"),
        (PAGE, "body.$.a", None),
        (PAGE, "fields.csrf", "c1"),
        (PAGE, "fields.t", "<"),
        (STREAM, "events.1.data", "one\ntwo"),
        (STREAM, "events.2.data", None),
        (STREAM, "events.0.data", None),
        (Response(200, {}, b"all"), "body.*", "all"),
    ],
)
def test_a_value_is_found_at_its_place(response: Response, where: str, value: str | None) -> None:
    assert is_place(where) or where.startswith("location")
    assert value_at(response, where) == value


@pytest.mark.parametrize("where", ["body.a", "body.$..a", "body.//a", "events.x.data", "status.1"])
def test_what_is_no_place_is_known(where: str) -> None:
    assert not is_place(where)


def request(target: str, body: str = "", *headers: str) -> Request:
    lines = [f"POST {target} HTTP/1.1", *headers, f"Content-Length: {len(body)}"]
    return Request("m:app", ("\r\n".join([*lines, "", ""]) + body).encode())


@pytest.mark.parametrize(
    ("quoting", "value", "body"),
    [
        ("", "a b", "x=a b"),
        ("url", "a b/", "x=a%20b%2F"),
        ("form", "a b", "x=a+b"),
        ("json", 'a"', 'x=a\\"'),
    ],
)
def test_a_value_is_written_as_it_was(quoting: Quoting, value: str, body: str) -> None:
    binding = Binding("TEXT", "p", "body.*", quoting)
    sent = filled(request("/TEXT", "x=TEXT", "X: TEXT"), [binding], lambda _: value)
    assert sent.data.endswith(b"\r\n\r\n" + body.encode())
    assert sent.header("content-length") == str(len(body))
    assert " " not in sent.target


@pytest.mark.parametrize("value", [None, "a\r\nX: 1"])
def test_what_has_no_value_or_a_line_end_in_it_stays(value: str | None) -> None:
    whole = request("/TEXT", "TEXT")
    assert filled(whole, [Binding("TEXT", "p", "body.*")], lambda _: value) == whole


FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"


@pytest.mark.parametrize(
    ("given", "later", "found"),
    [
        (Given(text='{"id": "1f3870be"}'), request("/a/1f3870be/b"), ["1f3870be: body.$.id"]),
        (Given(text='{"n": 12345678}'), request("/?n=12345678"), ["12345678: body.$.n"]),
        (Given(text='["token=="]'), request("/", "", "X: a token=="), []),
        (
            Given(text='["atoken=="]'),
            request("/", "", "Authorization: Bearer atoken=="),
            ["atoken==: body.$[0]"],
        ),
        (
            Given(text='<input name=csrf value="a+b=cdef">'),
            request("/", "x=1&csrf=a%2Bb%3Dcdef", FORM),
            ["a%2Bb%3Dcdef: fields.csrf"],
        ),
        (
            Given(text='{"a": "quote\\"quote"}'),
            request("/", json.dumps(['quote"quote']), JSON),
            ['quote\\"quote: body.$.a'],
        ),
        (
            Given((("Set-Cookie", "csrf=abcdefgh; Path=/"), ("Mcp-Session-Id", "session17"))),
            request("/", "", "X-CSRF: abcdefgh", "Mcp-Session-Id: session17"),
            ["abcdefgh: cookies.csrf", "session17: headers.mcp-session-id"],
        ),
        (
            Given((("Location", "http://x.org/things/1f3870be"),)),
            request("/things/1f3870be"),
            ["1f3870be: location.4"],
        ),
        (
            Given(text='{"csrf": "abcdefgh"}'),
            request("/", "--b\r\n\r\nabcdefgh\r\n--b--", "Content-Type: multipart/form-data"),
            ["abcdefgh: body.$.csrf"],
        ),
    ],
)
def test_a_value_that_a_later_request_sends_is_bound(
    given: Given, later: Request, found: list[str]
) -> None:
    _, bound = bindings([("one", request("/"), given), ("two", later, Given())])
    assert [f"{each.text}: {each.where}" for each in bound] == found


def test_what_the_client_sent_first_is_its_own() -> None:
    page = Given(text='{"user": "ada-lovelace", "short": "abc"}')
    exchanges = [
        ("one", request("/ada-lovelace"), page),
        ("two", request("/ada-lovelace/abc"), page),
    ]
    assert bindings(exchanges) == [(), ()]


@pytest.mark.parametrize("headers", [None, 7, [7], [{"name": 7}], [{"name": "a", "value": None}]])
@pytest.mark.parametrize(
    "content", [None, 7, {}, {"text": 7}, {"text": "é", "encoding": "base64"}, {"text": "[" * 9999}]
)
def test_a_recorded_response_may_be_anything(headers: object, content: object) -> None:
    assert bindings([("one", request("/"), Given.of(headers, content))]) == [()]


def test_the_recording_is_read() -> None:
    given = Given.of([{"name": "A", "value": "b"}], {"text": "eyJhIjogMX0=", "encoding": "base64"})
    assert given == Given([("A", "b")], '{"a": 1}')

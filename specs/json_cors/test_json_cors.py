"""json_cors: JSON from a path parameter, readable from every origin."""

from collections.abc import Mapping

import pytest

from specs.ledger.changes import COOKIE_ANSWER_VARIES, COOKIE_CHANGES_NO_ORIGIN, CORS_VARIES_ALWAYS
from specs.ledger.cors import ORIGIN, TO_ANY_ORIGIN, preflight
from specs.ledger.responses import (
    CLOSE,
    CORS,
    OTHER_METHODS,
    UVICORN,
    content,
    documented_start,
    last,
    not_allowed,
    not_found,
    raw_request,
    redirect,
    start_lines,
    text,
    until_it_closes,
    without_body,
)
from specs.ledger.transcripts import WAYS, replay, transcript
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, history, since


def greeting(written: str, headers: Mapping[str, object] = CORS) -> Response:
    """The response to a name that is `written` so in JSON."""
    body = f'{{"response":"Hello {written} !!!"}}'.encode()
    return Response(200, content(body, "application/json", headers), body)


@pytest.mark.source("primer json_cors")
@pytest.mark.parametrize("way", WAYS)
def test_answers_as_in_the_transcript(json_cors: Client, way: str) -> None:
    last_header = "< content-type: application/json"
    vary = since(CORS_VARIES_ALWAYS, "< vary: Origin")
    expected = transcript("json_cors").changed({last_header: [last_header, vary]})
    assert replay("json_cors", json_cors, way) == expected


@pytest.mark.source("primer json_cors", "RFC 8259 section 11")
def test_greets_the_user_named_in_the_path(json_cors: Client) -> None:
    assert json_cors.get("/user/Vader") == Response(
        status=200,
        headers=UVICORN
        | {
            "content-type": "application/json",
            "content-length": "30",
            "vary": since(CORS_VARIES_ALWAYS, "Origin"),
        },
        body=b'{"response":"Hello Vader !!!"}',
    )


@pytest.mark.source("primer json_cors", "RFC 3986 section 2.1", "RFC 8259 section 7")
@pytest.mark.parametrize(
    ("segment", "written"),
    [
        ("Luke%20Skywalker", "Luke Skywalker"),
        ("%20", " "),
        ("a+b", "a+b"),
        ("%C3%89mile", "Émile"),
        ("%E2%82%AC", "€"),
        ("%F0%9F%90%8D", "🐍"),
        ("%FF", "\ufffd"),
        ("%ED%A0%BD", "\ufffd\ufffd\ufffd"),
        ("%22", r"\""),
        ("%5C", r"\\"),
        ("%00", r"\u0000"),
        ("%1F", r"\u001f"),
        ("%08%09%0A%0C%0D%20", r"\b\t\n\f\r "),
        ("%7F", "\x7f"),
        ("%E2%80%A8", "\u2028"),
        ("%3Cscript%3E", "<script>"),
        ("%25", "%"),
        ("%2525", "%25"),
        ("..", ".."),
        ("a%3Fb", "a?b"),
        ("Vader?name=Luke", "Vader"),
        ("x" * 2_000, "x" * 2_000),
    ],
)
def test_unescapes_the_name_once(json_cors: Client, segment: str, written: str) -> None:
    assert json_cors.get(f"/user/{segment}") == greeting(written)


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize(
    "target", ["/user", "/user/", "/user//", "/user/%2F", "/user/a%2Fb", "/user/a/b", "/missing"]
)
def test_takes_one_segment_as_a_name(json_cors: Client, target: str) -> None:
    assert json_cors.get(target) == not_found(CORS)


@pytest.mark.source("primer json_cors")
def test_greets_in_plain_text_at_the_root(json_cors: Client) -> None:
    assert json_cors.get("/") == text(b"Hello Starlette !!!", headers=CORS)


@pytest.mark.source("RFC 9110 section 9.3.2")
def test_answers_head_as_get_without_the_body(json_cors: Client) -> None:
    assert json_cors.head("/user/Vader") == without_body(greeting("Vader"))


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_allows_get_and_head_only(json_cors: Client, method: str) -> None:
    assert json_cors.request(method, "/user/Vader") == not_allowed(CORS)


@pytest.mark.source("starlette docs routing")
@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=%20&a=2", "?q=a+b", "?a=&b="])
def test_redirects_a_trailing_slash_and_keeps_the_query(json_cors: Client, query: str) -> None:
    location = f"http://{json_cors.authority}/user/Vader{query}"
    assert json_cors.get(f"/user/Vader/{query}") == redirect(location, CORS)


@pytest.mark.source("Fetch #http-cors-protocol")
@pytest.mark.parametrize("origin", ["https://example.org", "http://127.0.0.1:9", "null", ""])
def test_is_readable_from_every_origin(json_cors: Client, origin: str) -> None:
    assert json_cors.get("/user/Vader", {"Origin": origin}) == greeting("Vader", TO_ANY_ORIGIN)


@pytest.mark.source("Fetch #http-cors-protocol")
def test_is_readable_from_every_origin_when_it_fails(json_cors: Client) -> None:
    assert json_cors.get("/missing", ORIGIN) == not_found(TO_ANY_ORIGIN)
    assert json_cors.post("/user/Vader", ORIGIN) == not_allowed(TO_ANY_ORIGIN)


WITH_COOKIE = {
    "access-control-allow-origin": history("https://example.org", (COOKIE_CHANGES_NO_ORIGIN, "*")),
    "vary": history(
        since(COOKIE_ANSWER_VARIES, "Origin"),
        (COOKIE_CHANGES_NO_ORIGIN, since(CORS_VARIES_ALWAYS, "Origin")),
    ),
}


@pytest.mark.source("Fetch #cors-protocol-and-credentials")
def test_names_no_origin_because_of_a_cookie(json_cors: Client) -> None:
    expected = greeting("Vader", WITH_COOKIE)
    assert json_cors.get("/user/Vader", ORIGIN | {"Cookie": "a=b"}) == expected


@pytest.mark.source("RFC 9110 section 3.3", "RFC 9112 section 9.3.2")
def test_answers_each_request_of_a_connection_by_its_own_headers(json_cors: Client) -> None:
    line, origin = b"GET /user/Vader HTTP/1.1", b"Origin: https://example.org\r\n"
    header_lines = [origin + b"Cookie: a=b\r\n", origin, b"", b"Cookie: a=b\r\n", origin + CLOSE]
    cors_headers = [WITH_COOKIE, TO_ANY_ORIGIN, CORS, CORS, TO_ANY_ORIGIN]
    *responses, final = (greeting("Vader", headers) for headers in cors_headers)
    requests = b"".join(raw_request(line, headers) for headers in header_lines)
    assert until_it_closes(json_cors, requests) == [*responses, last(final)]


@pytest.mark.source("Fetch #http-cors-protocol")
def test_takes_a_cookie_without_an_origin_for_no_cors_request(json_cors: Client) -> None:
    assert json_cors.get("/user/Vader", {"Cookie": "a=b"}) == greeting("Vader")


@pytest.mark.source("primer log lines")
def test_logs_its_start(json_cors: Client) -> None:
    assert start_lines(json_cors) == documented_start(json_cors)


@pytest.mark.source("primer json_cors")
def test_logs_method_and_path_of_each_request(json_cors: Client) -> None:
    with json_cors.logged() as lines:
        user, root = json_cors.get("/user/Vader"), json_cors.head("/")
        exchange = json_cors.options("/user/Vader", preflight("GET"))
    assert lines == [
        "INFO TIME - Received request: GET on /user/Vader",
        f'INFO:     127.0.0.1:{user.client_port} - "GET /user/Vader HTTP/1.1" 200 OK',
        "INFO TIME - Received request: HEAD on /",
        f'INFO:     127.0.0.1:{root.client_port} - "HEAD / HTTP/1.1" 200 OK',
        f'INFO:     127.0.0.1:{exchange.client_port} - "OPTIONS /user/Vader HTTP/1.1" 200 OK',
    ]

"""All apps: requests of HTTP/1.0, after each of which the server closes the connection by itself.

It answers them as HTTP/1.1 (RFC 9112 section 2.3), and keeps no connection.
"""

from dataclasses import replace

import pytest

from specs.ledger.changes import PATHSEND_ASSUMED, RANGES
from specs.ledger.cors import GRANTED, TO_ANY_ORIGIN
from specs.ledger.file_responses import CHANGED, file, not_modified, part
from specs.ledger.raw_requests import BY_HTTP_1_0, before_more
from specs.ledger.responses import (
    BAD_REQUEST,
    CHALLENGE,
    CORS,
    EMPTY_BY_HTTP_1_0,
    GREETING,
    TEXT,
    by_http_1_0,
    content,
    last,
    not_allowed,
    not_found,
    redirect,
    until_it_closes,
    without_body,
)
from specs.ledger.site import DOCS, NOTE
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import ABSENT, Response, by_parser, since

JSON = b'{"response":"Hello Vader !!!"}'
SECRET = b'{"message":"Hello Protected Starlette !!!"}'

WISHES = {
    "none": b"",
    "Host": b"Host: example.org\r\n",
    "empty Host": b"Host:\r\n",
    "keep-alive": b"Connection: keep-alive\r\n",
    "Keep-Alive": b"Connection: Keep-Alive\r\nKeep-Alive: timeout=5, max=100\r\n",
}
BODIES = {
    "length": (b"Content-Length: 3\r\n", b"abc"),
    "no length": (b"", b"abc"),
    "expect": (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b"abc"),
    "expect, body withheld": (b"Content-Length: 3\r\nExpect: 100-continue\r\n", b""),
}


def send(
    client: Client, target: bytes = b"/", headers: bytes = b"", method: bytes = b"GET"
) -> Exchange:
    return until_it_closes(client, b"%b %b HTTP/1.0\r\n%b\r\n" % (method, target, headers))


def response_to(method: bytes, response: Response) -> Response:
    if method == b"HEAD":
        response = without_body(response)
        response = replace(response, headers=response.headers | {"transfer-encoding": ABSENT})
    return by_http_1_0(response)


@pytest.mark.source("RFC 9112 section 9.3", "RFC 9112 section 3.2", "uvicorn docs settings")
@pytest.mark.parametrize("wish", WISHES)
def test_greets_and_closes_whatever_is_wished(hello: Client, wish: str) -> None:
    assert send(hello, b"/", WISHES[wish]) == by_http_1_0(GREETING)


@pytest.mark.source("RFC 9110 section 9.3.2", "RFC 9112 section 9.3")
@pytest.mark.parametrize("wish", ["none", "keep-alive"])
def test_answers_head_as_get_without_the_body(hello: Client, wish: str) -> None:
    assert send(hello, b"/", WISHES[wish], b"HEAD") == response_to(b"HEAD", GREETING)


@pytest.mark.source("RFC 9112 section 9.6")
def test_says_that_it_closes_where_that_is_wished(hello: Client) -> None:
    expected = last(GREETING)
    assert send(hello, b"/", b"Connection: close\r\n") == expected


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_answers_the_first_of_several_only(hello: Client) -> None:
    request = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    assert until_it_closes(hello, request * 3) == before_more(BY_HTTP_1_0)


@pytest.mark.source("RFC 9110 section 10.1.1", "RFC 9112 section 6.3")
@pytest.mark.parametrize("framing", BODIES)
def test_refuses_post_whatever_the_body(hello: Client, framing: str) -> None:
    headers, body = BODIES[framing]
    request = b"POST / HTTP/1.0\r\n%b\r\n%b" % (headers, body)
    refused = by_http_1_0(not_allowed())
    expected = refused if headers else before_more(refused)  # the body is no part of the request
    assert until_it_closes(hello, request) == expected


@pytest.mark.source("RFC 9112 section 3.2")
def test_leaves_a_second_host_to_its_parser(hello: Client) -> None:
    expected = by_parser(h11=BAD_REQUEST, httptools=by_http_1_0(GREETING))
    assert send(hello, b"/", b"Host: a\r\nHost: b\r\n") == expected


@pytest.mark.source("primer log lines")
def test_logs_the_version(hello: Client) -> None:
    with hello.logged() as lines:
        exchange = send(hello)
    assert lines == [
        "INFO TIME - Received request: GET",
        f'INFO:     127.0.0.1:{exchange.client_port} - "GET / HTTP/1.0" 200 OK',
    ]


@pytest.mark.source("RFC 9112 section 3.3", "starlette docs routing")
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_redirects_to_its_own_address_for_want_of_a_host(json_cors: Client, method: bytes) -> None:
    itself = f"http://{json_cors.itself}/user/Vader?a=1"
    expected = response_to(method, redirect(itself, CORS | EMPTY_BY_HTTP_1_0))
    assert send(json_cors, b"/user/Vader/?a=1", method=method) == expected


@pytest.mark.source("RFC 9112 section 3.3")
def test_redirects_to_the_host_that_was_asked(json_cors: Client) -> None:
    expected = by_http_1_0(redirect("http://example.org/user/Vader", CORS | EMPTY_BY_HTTP_1_0))
    assert send(json_cors, b"/user/Vader/", b"Host: example.org\r\n") == expected


@pytest.mark.source("Fetch #http-cors-protocol")
def test_is_readable_from_every_origin(json_cors: Client) -> None:
    expected = by_http_1_0(Response(200, content(JSON, "application/json", TO_ANY_ORIGIN), JSON))
    assert send(json_cors, b"/user/Vader", b"Origin: https://example.org\r\n") == expected


@pytest.mark.source("Fetch #cors-preflight-fetch")
def test_grants_a_preflight(json_cors: Client) -> None:
    headers = b"Origin: https://example.org\r\nAccess-Control-Request-Method: GET\r\n"
    response = send(json_cors, b"/user/Vader", headers, b"OPTIONS")
    assert response == by_http_1_0(GRANTED)


@pytest.mark.source("starlette docs staticfiles")
def test_serves_a_file(static_files: Client) -> None:
    response = file(NOTE, TEXT)
    lost = since(PATHSEND_ASSUMED, False, before=True)
    expected = replace(by_http_1_0(response), closes=lost)
    assert send(static_files, b"/note.txt") == expected


@pytest.mark.source("starlette docs staticfiles", "RFC 9110 section 14.2")
def test_serves_a_folder_and_its_files(static_files: Client) -> None:
    itself = f"http://{static_files.itself}/docs/"
    responses = {
        (b"/docs", b""): redirect(itself, EMPTY_BY_HTTP_1_0),
        (b"/missing", b""): not_found(),
        (b"/note.txt", b"If-Modified-Since: %b\r\n" % CHANGED.encode()): not_modified(NOTE),
    }
    for (target, headers), response in responses.items():
        assert send(static_files, target, headers) == by_http_1_0(response)


@pytest.mark.source("RFC 9110 section 14.2")
def test_sends_a_part_of_a_file(static_files: Client) -> None:
    whole = by_http_1_0(without_body(file(DOCS)))
    expected = since(RANGES, by_http_1_0(without_body(part(0, 5, DOCS))), before=whole)
    assert send(static_files, b"/docs/", b"Range: bytes=0-4\r\n", b"HEAD") == expected


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_challenges_a_request_without_credentials(basic_auth: Client, method: bytes) -> None:
    expected = replace(CHALLENGE, headers=CHALLENGE.headers | EMPTY_BY_HTTP_1_0)
    assert send(basic_auth, method=method) == response_to(method, expected)


@pytest.mark.source("primer basic_auth")
def test_greets_who_has_the_password(basic_auth: Client) -> None:
    expected = by_http_1_0(Response(200, content(SECRET, "application/json"), SECRET))
    assert send(basic_auth, headers=b"Authorization: Basic YWRtaW46czNjcjN0IQ==\r\n") == expected

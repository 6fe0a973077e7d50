"""The lines that repeat an exchange by hand: pasted into a shell, they send the same request."""

import shutil
import subprocess
from dataclasses import replace

import pytest

from starlette_conformance.http.curl_commands import PORT, curl_command, serve_command
from tests.miniatures.good_responses import HELLO
from tests.miniatures.raw_server import (
    ENVIRONMENT,
    SECONDS,
    client_of,
    closes,
    miniature,
)

HOST = b"Host: 127.0.0.1:8000\r\n"


def run(line: str) -> bytes:
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=SECONDS, check=True)
    return done.stdout


BY_PRINTF = {
    "every byte": b"GET / HTTP/1.1\r\n" + HOST + b"\r\n" + bytes(range(256)),
    "what a shell or printf would take for its own": b"GET /%s%%\\n'\"$HOME`id`!* HTTP/1.1\r\n\r\n",
    "what looks like an option": b"-v\r\n\r\n",
    "nothing": b"",
    "digits after an escape": b"GET /\0001\x0077 HTTP/1.1\r\n\r\n",
    "a body": b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 2\r\n\r\nhi",
    "two requests": (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 2,
    "half a head": b"GET / HTTP/1.1\r\n" + HOST,
    "another version": b"GET / HTTP/1.0\r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n" + HOST + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n",
    "another host": b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
    "a host that begins alike": b"GET / HTTP/1.1\r\nHost: 127.0.0.1.example.org\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n",
    "no path": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "a whole address": b"GET http://127.0.0.1:8000/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "what curl would expand": b"GET /[1-3]{a,b} HTTP/1.1\r\n" + HOST + b"\r\n",
    "a fragment": b"GET /#top HTTP/1.1\r\n" + HOST + b"\r\n",
    "a folded header line": b"GET / HTTP/1.1\r\n" + HOST + b"a: 1\r\n 2\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\n" + HOST + b"a\r\n\r\n",
    "a header that curl would read from a file": b"GET / HTTP/1.1\r\n" + HOST + b"@x: 1\r\n\r\n",
    "a header in UTF-8": b"GET / HTTP/1.1\r\n" + HOST + "a: é\r\n\r\n".encode(),
    "no method": b" / HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("name", BY_PRINTF)
def test_what_curl_cannot_send_printf_does(name: str) -> None:
    line = curl_command(BY_PRINTF[name])
    assert line.startswith("printf ")
    assert run(line.removesuffix(f" | nc 127.0.0.1 {PORT}")) == BY_PRINTF[name]


BY_CURL = {
    "a page": b"GET / HTTP/1.1\r\n" + HOST + b"User-Agent: x\r\nAccept: */*\r\n\r\n",
    "nothing but a host": b"GET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "headers": b"GET / HTTP/1.1\r\n" + HOST + b"X-A: 'one' \"$two\"\r\nx-a: `3`; !\r\n\r\n",
    "a header without a value": b"GET / HTTP/1.1\r\n" + HOST + b"X-Empty:\r\n\r\n",
    "a header that curl makes by itself": b"GET / HTTP/1.1\r\n"
    + HOST
    + b"accept: text/html\r\n\r\n",
    "credentials": b"GET / HTTP/1.1\r\n" + HOST + b"Authorization: Basic YTpi\r\n\r\n",
    "a query": b"GET /user/Vader?a=1&b=%20&c HTTP/1.1\r\n" + HOST + b"\r\n",
    "an empty query": b"GET /? HTTP/1.1\r\n" + HOST + b"\r\n",
    "dots and slashes": b"GET //a/../b/./%2e%2e/.. HTTP/1.1\r\n" + HOST + b"\r\n",
    "other characters": b"GET /a;b,c'd\"e$f(g)*!~|^\\<>` HTTP/1.1\r\n" + HOST + b"\r\n",
    "HEAD": b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n",
    "POST": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n",
    "OPTIONS": b"OPTIONS / HTTP/1.1\r\n" + HOST + b"Origin: http://a\r\n\r\n",
    "another method": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("name", BY_CURL)
def test_what_curl_can_send_it_does(name: str) -> None:
    line = curl_command(BY_CURL[name])
    assert line.startswith("curl -v ")
    if shutil.which("curl") is None:
        return  # then nobody can paste the line either
    with miniature(closes(HELLO.answer)) as server:
        run(line.replace(f":{PORT}", f":{server.port}"))
    (sent,) = server.requests
    assert comparable(sent.replace(b":%d" % server.port, b":8000")) == comparable(BY_CURL[name])


def comparable(request: bytes) -> tuple[bytes, list[bytes]]:
    """The first line, and the header lines; Host may stand anywhere."""
    line, *headers = request.removesuffix(b"\r\n\r\n").split(b"\r\n")
    return line, sorted(headers)


def test_a_request_of_the_specs_is_repeated_by_curl() -> None:
    with miniature(closes(HELLO.answer)) as server, client_of(server.port) as client:
        exchange = client.get("/user/Vader?x=1", {"Origin": "http://example.org"})
    assert curl_command(exchange.request) == (
        "curl -v --path-as-is -H 'User-Agent: starlette-conformance' -H 'Accept: */*' "
        "-H 'Origin: http://example.org' 'http://127.0.0.1:8000/user/Vader?x=1'"
    )


def test_an_app_is_served_on_its_stack() -> None:
    assert serve_command("hello", ENVIRONMENT) == (
        "starlette-conformance serve hello --stack miniature --port 8000"
    )
    wanted = replace(ENVIRONMENT, name="starlette>=0.39,<0.50")
    assert "--stack 'starlette>=0.39,<0.50' " in serve_command("hello", wanted)


def test_an_app_is_served_by_its_own_interpreter() -> None:
    own = replace(ENVIRONMENT, name="/my venv/bin/python", passes_variables=True)
    assert serve_command("sse", own) == (
        "starlette-conformance serve sse --stack '/my venv/bin/python' --port 8000"
    )

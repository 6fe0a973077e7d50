"""All apps: what each published advisory means for them. `advisories.md` lists them all."""

import pytest

from specs.ledger.apps import having
from specs.ledger.changes import ABSOLUTE_PATHS_REFUSED, CHUNK_ENDS_CHECKED, HOST_CHECKED
from specs.ledger.file_responses import NOT_ALLOWED, file
from specs.ledger.responses import (
    BAD_REQUEST,
    CHALLENGE,
    CORS,
    TEXT,
    not_allowed,
    not_found,
    redirect,
)
from specs.ledger.site import NOTE
from specs.static_files.test_404 import NOT_FOUND
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import Response, by_parser, chunked, since
from starlette_conformance.process.app_server import Server

REFUSALS = {
    **dict.fromkeys(having("files"), NOT_ALLOWED),
    **dict.fromkeys(having("routes"), not_allowed()),
    **dict.fromkeys(having("cors"), not_allowed(CORS)),
}
"""How each app answers to a method that it does not have."""

PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
MULTIPART = b"multipart/form-data; boundary=b"
URLENCODED = b"application/x-www-form-urlencoded"
FORMS = {
    "101 fields": (MULTIPART, PART * 101 + b"--b--\r\n"),
    "a field without end": (MULTIPART, PART + b"x" * 2000),
    "a file without end": (MULTIPART, FILE + b"x" * 2000),
    "1,001 pairs": (URLENCODED, b"a&" * 1001),
    "an option without end": (URLENCODED + b'; !="' + b"\\" * 500, b"a=1"),
}
"""Forms that take long to parse, or much memory: the type and the body."""

HOSTS = {
    "example.org/admin?x=": ("/admin", "http://example.org/admin/?x=/docs?q=1"),
    "example.org?": ("", "http://example.org/?/docs?q=1"),
    "example.org/": ("//user/Vader", "http://example.org//docs/?q=1"),
}
"""By a malformed Host: the path that was believed to be asked for, and where it redirected to."""

LOGGED = "INFO TIME - Received request: GET on "
NO_PATHS = [b"@evil.example/docs", b".evil.example/user/Vader/"]


def send(
    client: Client, method: bytes, target: bytes = b"/", headers: bytes = b"", body: bytes = b""
) -> Exchange:
    request = b"%b %b HTTP/1.1\r\nHost: example.org\r\n%b\r\n%b" % (method, target, headers, body)
    return client.raw(request)


def posting(client: Client, media_type: bytes, body: bytes) -> Exchange:
    about = b"Content-Type: %b\r\nContent-Length: %d\r\n" % (media_type, len(body))
    return send(client, b"POST", b"/", about, body)


FORM_ADVISORIES = pytest.mark.source(
    "CVE-2023-30798", "CVE-2024-24762", "CVE-2024-47874", "CVE-2025-54121", "CVE-2026-54283"
)


@FORM_ADVISORIES
@pytest.mark.parametrize("form", FORMS)
def test_refuses_a_form_on_every_release(apps: list[Client], form: str) -> None:
    responses = [posting(client, *FORMS[form]) for client in apps]
    assert responses == [REFUSALS[client.app] for client in apps]


@FORM_ADVISORIES
def test_takes_no_longer_for_a_form_than_for_other_bytes(
    hello: Client, servers: dict[str, Server]
) -> None:
    server = servers["hello"]

    def cost(media_type: bytes, body: bytes) -> float:
        before = server.cpu_seconds()
        posting(hello, media_type, body)
        return server.cpu_seconds() - before

    def costs_more(media_type: bytes, body: bytes) -> bool:
        plain = b"application/octet-stream"
        return all(cost(media_type, body) > 10 * cost(plain, body) for _ in range(3))

    costly = [(MULTIPART, PART * 1001 + b"--b--\r\n"), FORMS["an option without end"]]
    assert [costs_more(*form) for form in costly] == [False, False]


@pytest.mark.source("CVE-2026-48710")
@pytest.mark.parametrize("host", HOSTS)
def test_takes_no_path_from_the_host(json_cors: Client, host: str) -> None:
    with json_cors.logged() as lines:
        exchange = json_cors.get("/user/Vader", {"Host": host})
    assert lines == [
        since(HOST_CHECKED, f"{LOGGED}/user/Vader", before=LOGGED + HOSTS[host][0]),
        f'INFO:     127.0.0.1:{exchange.client_port} - "GET /user/Vader HTTP/1.1" 200 OK',
    ]


@pytest.mark.source("CVE-2026-48710")
def test_takes_no_path_of_the_page_from_the_host(sse: Client) -> None:
    with sse.logged() as lines:
        exchange = sse.get("/", {"Host": "example.org/admin?x="})
    assert lines == [
        since(HOST_CHECKED, f"{LOGGED}/", before=f"{LOGGED}/admin"),
        f'INFO:     127.0.0.1:{exchange.client_port} - "GET / HTTP/1.1" 200 OK',
    ]


@pytest.mark.source("CVE-2026-48710")
@pytest.mark.parametrize("host", HOSTS)
def test_redirects_to_no_folder_of_the_host(static_files: Client, host: str) -> None:
    itself = redirect(f"http://{static_files.itself}/docs/?q=1")
    expected = since(HOST_CHECKED, itself, before=redirect(HOSTS[host][1]))
    assert static_files.get("/docs?q=1", {"Host": host}) == expected


@pytest.mark.source("CVE-2026-48710")
def test_lets_nobody_in_by_a_host_on_any_release(basic_auth: Client) -> None:
    assert basic_auth.get("/", {"Host": "example.org/public?"}) == CHALLENGE


@pytest.mark.source("CVE-2026-54282")
@pytest.mark.parametrize("target", NO_PATHS)
def test_redirects_to_no_host_in_a_target_without_a_slash(
    json_cors: Client, static_files: Client, sse: Client, target: bytes
) -> None:
    for client, missing in ((json_cors, CORS), (static_files, {}), (sse, CORS)):
        expected = by_parser(h11=not_found(missing), httptools=BAD_REQUEST)
        assert send(client, b"GET", target) == expected


@pytest.mark.source("CVE-2026-48817")
def test_has_no_method_by_the_name_of_an_attribute(apps: list[Client]) -> None:
    responses = [send(client, b"DISPATCH", b"/") for client in apps]
    refusals = [by_parser(h11=REFUSALS[c.app], httptools=BAD_REQUEST) for c in apps]
    assert responses == refusals


@pytest.mark.source("CVE-2026-48818")
@pytest.mark.parametrize("target", ["/%5C%5Cserver%5Cshare", "/docs/..%2F%5C%5Cserver%5Cshare"])
def test_looks_up_no_file_of_another_host(static_files_404: Client, target: str) -> None:
    # On Linux it is a file of the folder, with an odd name: what is served shows that it is opened.
    expected = since(ABSOLUTE_PATHS_REFUSED, NOT_FOUND, before=file(NOTE, TEXT))
    assert static_files_404.get(target) == expected


@pytest.mark.source("CVE-2026-48818")
def test_finds_no_share_of_another_host(static_files: Client) -> None:
    assert static_files.get("/%5C%5C127.0.0.1%5Cc$%5Cx") == not_found()


@pytest.mark.source("CVE-2020-7694")
@pytest.mark.parametrize(
    ("name", "shown"), [("%0AINFO", "INFO"), ("a%0D%0A%0D%0Ab", "ab"), ("%1B%5B31m", "\x1b[31m")]
)
def test_logs_a_request_on_one_line(json_cors: Client, name: str, shown: str) -> None:
    with json_cors.logged() as lines:
        exchange = json_cors.get(f"/user/{name}")
    assert lines == [
        f"INFO TIME - Received request: GET on /user/{shown}",
        f'INFO:     127.0.0.1:{exchange.client_port} - "GET /user/{name} HTTP/1.1" 200 OK',
    ]


@pytest.mark.source("CVE-2025-43859", "RFC 9112 section 7.1")
def test_refuses_a_chunk_that_does_not_end_in_a_line_break(hello: Client) -> None:
    headers = {"content-type": TEXT, "connection": "close", "transfer-encoding": "chunked"}
    refused = Response(400, headers, chunked(BAD_REQUEST.body), closes=True)
    checked = since(CHUNK_ENDS_CHECKED, refused, before=not_allowed())
    sent = b"3\r\nabcXX0\r\n\r\n"
    exchange = send(hello, b"POST", b"/", b"Transfer-Encoding: chunked\r\n", sent)
    assert exchange == by_parser(h11=checked, httptools=BAD_REQUEST)

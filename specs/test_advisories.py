"""All apps: what each published advisory means for them. `advisories.md` lists them all."""

import pytest

from harness.client import Client
from harness.exchange import Exchange
from harness.expect import Response, by_parser, chunked, since, unordered
from specs.answers import (
    BAD_REQUEST,
    CORS,
    NO_BODY,
    TEXT,
    UVICORN,
    not_allowed,
    not_found,
    redirect,
    text,
)
from specs.changes import (
    ABSOLUTE_PATHS_REFUSED,
    CHUNK_ENDS_CHECKED,
    FILES_ALLOW_ON_405,
    HOST_CHECKED,
)
from specs.files import file
from specs.site import NOTE
from specs.test_static_files_404 import NOT_FOUND

CHALLENGE = Response(401, UVICORN | NO_BODY | {"www-authenticate": "Basic"})
FILES_REFUSE = text(
    b"Method Not Allowed", 405, {"allow": since(FILES_ALLOW_ON_405, unordered("GET", "HEAD"))}
)
REFUSALS = {
    "hello": not_allowed(),
    "json_cors": not_allowed(CORS),
    "static_files": FILES_REFUSE,
    "basic_auth": not_allowed(),
    "sse": not_allowed(CORS),
}
"""How each app answers to a method that it does not have."""

PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
FORMS = {
    "1,001 fields": ("multipart/form-data; boundary=b", PART * 1001 + b"--b--\r\n"),
    "a large field": (
        "multipart/form-data; boundary=b",
        PART[:-2] + b"x" * 50_000 + b"\r\n--b--\r\n",
    ),
    "a large file": (
        "multipart/form-data; boundary=b",
        PART.replace(b"\r\n\r\n\r\n", b'; filename="a"\r\n\r\n') + b"x" * 50_000 + b"\r\n--b--\r\n",
    ),
    "20,000 pairs": ("application/x-www-form-urlencoded", b"a&" * 20_000),
    "an endless option": ('application/x-www-form-urlencoded; !="' + "\\" * 500, b"a=1"),
}
"""Forms that were costly to parse, by what is too much of in them: the type and the body."""

HOSTS = {
    "example.org/admin?x=": ("/admin", "http://example.org/admin/?x=/docs?q=1"),
    "example.org/admin#": ("/admin", "http://example.org/admin/#/docs?q=1"),
    "example.org?": ("", "http://example.org/?/docs?q=1"),
    "example.org/": ("//user/Vader", "http://example.org//docs/?q=1"),
}
"""By a malformed Host: the path that was believed to be asked for, and where it redirected to."""

NO_PATHS = [b"@evil.example", b"@evil.example/docs", b".evil.example/user/Vader/", b":1@evil/"]


@pytest.fixture
def apps(
    hello: Client, json_cors: Client, static_files: Client, basic_auth: Client, sse: Client
) -> list[Client]:
    return [hello, json_cors, static_files, basic_auth, sse]


def asking(client: Client, method: bytes, target: bytes, headers: bytes = b"") -> Exchange:
    request = b"%b %b HTTP/1.1\r\nHost: example.org\r\n%b\r\n" % (method, target, headers)
    return client.raw(request)


@pytest.mark.source("GHSA-74m5-2c7w-9w3x", "GHSA-f96h-pmfr-66vw", "GHSA-2c2j-9gv5-cj73")
@pytest.mark.source("GHSA-82w8-qh3p-5jfq", "GHSA-93gm-qmq6-w238")
@pytest.mark.parametrize("form", FORMS)
def test_refuses_a_form_on_every_release(apps: list[Client], form: str) -> None:
    media_type, body = FORMS[form]
    answers = [client.post("/", {"Content-Type": media_type}, body) for client in apps]
    assert answers == [REFUSALS[client.app] for client in apps]


@pytest.mark.source("GHSA-74m5-2c7w-9w3x", "GHSA-f96h-pmfr-66vw", "GHSA-2c2j-9gv5-cj73")
@pytest.mark.source("GHSA-82w8-qh3p-5jfq", "GHSA-93gm-qmq6-w238")
def test_takes_no_longer_for_a_form_than_for_other_bytes(json_cors: Client) -> None:
    def seconds(media_type: str, body: bytes) -> float:
        exchange = json_cors.post("/", {"Content-Type": media_type}, body)
        return exchange.received[0].at - exchange.sent[0].at

    def costs_more(form: str) -> bool:
        """Every time, and not only where another process took the machine."""
        plain = ("application/octet-stream", bytes(50_000))
        return all(seconds(*FORMS[form]) > 10 * seconds(*plain) for _ in range(5))

    assert [form for form in FORMS if costs_more(form)] == []


@pytest.mark.source("GHSA-86qp-5c8j-p5mr")
@pytest.mark.parametrize("host", HOSTS)
def test_takes_no_path_from_the_host(json_cors: Client, host: str) -> None:
    with json_cors.logged() as lines:
        asked = json_cors.get("/user/Vader", {"Host": host})
    logged = "INFO TIME - Received request: GET on "
    assert lines == [
        since(HOST_CHECKED, logged + "/user/Vader", before=logged + HOSTS[host][0]),
        f'INFO:     127.0.0.1:{asked.client_port} - "GET /user/Vader HTTP/1.1" 200 OK',
    ]


@pytest.mark.source("GHSA-86qp-5c8j-p5mr")
@pytest.mark.parametrize("host", HOSTS)
def test_redirects_to_no_folder_of_the_host(static_files: Client, host: str) -> None:
    itself = redirect(f"http://127.0.0.1:{static_files.port}/docs/?q=1")
    expected = since(HOST_CHECKED, itself, before=redirect(HOSTS[host][1]))
    assert static_files.get("/docs?q=1", {"Host": host}) == expected


@pytest.mark.source("GHSA-86qp-5c8j-p5mr")
@pytest.mark.parametrize("host", HOSTS)
def test_lets_nobody_in_by_a_host_on_any_release(basic_auth: Client, host: str) -> None:
    assert basic_auth.get("/", {"Host": host}) == CHALLENGE


@pytest.mark.source("GHSA-jp82-jpqv-5vv3")
@pytest.mark.parametrize("target", NO_PATHS, ids=repr)
def test_redirects_to_no_host_in_a_target_without_a_slash(
    json_cors: Client, static_files: Client, sse: Client, target: bytes
) -> None:
    for client, missing in ((json_cors, CORS), (static_files, {}), (sse, CORS)):
        expected = by_parser(h11=not_found(missing), httptools=BAD_REQUEST)
        assert asking(client, b"GET", target) == expected


@pytest.mark.source("GHSA-x746-7m8f-x49c")
@pytest.mark.parametrize("method", [b"DISPATCH", b"__INIT__"])
def test_has_no_method_by_the_name_of_an_attribute(apps: list[Client], method: bytes) -> None:
    answers = [asking(client, method, b"/") for client in apps]
    refusals = [by_parser(h11=REFUSALS[c.app], httptools=BAD_REQUEST) for c in apps]
    assert answers == refusals


@pytest.mark.source("GHSA-wqp7-x3pw-xc5r")
@pytest.mark.parametrize(
    "target", ["/%5C%5Cserver%5Cshare", "/\\\\server\\share", "/docs/..%2F%5C%5Cserver%5Cshare"]
)
def test_looks_up_no_file_of_another_host(static_files_404: Client, target: str) -> None:
    # On Linux it is a file of the folder, with an odd name: what is served shows that it is opened.
    expected = since(ABSOLUTE_PATHS_REFUSED, NOT_FOUND, before=file(NOTE, TEXT))
    assert static_files_404.get(target) == expected


@pytest.mark.source("GHSA-wqp7-x3pw-xc5r")
@pytest.mark.parametrize("target", ["/%5C%5Cevil.example%5Cshare", "/%5C%5C127.0.0.1%5Cc$%5Cx"])
def test_finds_no_share_of_another_host(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("GHSA-f97h-2pfx-f59f")
@pytest.mark.parametrize(
    ("name", "shown"), [("%0AINFO", "INFO"), ("a%0D%0A%0D%0Ab", "ab"), ("%1B%5B31m", "\x1b[31m")]
)
def test_logs_a_request_on_one_line(json_cors: Client, name: str, shown: str) -> None:
    with json_cors.logged() as lines:
        asked = json_cors.get(f"/user/{name}")
    assert lines == [
        f"INFO TIME - Received request: GET on /user/{shown}",
        f'INFO:     127.0.0.1:{asked.client_port} - "GET /user/{name} HTTP/1.1" 200 OK',
    ]


@pytest.mark.source("GHSA-vqfr-h8mv-ghfj", "RFC 9112 section 7.1")
def test_refuses_a_chunk_that_does_not_end_in_a_line_break(hello: Client) -> None:
    headers = {"content-type": TEXT, "connection": "close", "transfer-encoding": "chunked"}
    refused = Response(400, headers, chunked(BAD_REQUEST.body), closes=True)
    request = (
        b"POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabcXX0\r\n\r\n"
    )
    checked = since(CHUNK_ENDS_CHECKED, refused, before=not_allowed())
    assert hello.raw(request) == by_parser(h11=checked, httptools=BAD_REQUEST)

"""basic_auth: HTTP Basic auth through a backend of its own."""

from base64 import b64encode

import pytest

from specs.ledger.changes import EMPTY_BODY_HAS_LENGTH
from specs.ledger.responses import (
    CHALLENGE,
    CLOSE,
    OTHER_METHODS,
    content,
    documented_start,
    last,
    not_allowed,
    not_found,
    raw_request,
    start_lines,
    text,
    until_it_closes,
    without_body,
)
from specs.ledger.transcripts import WAYS, replay, transcript
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, by_parser, since

GREETING_BODY = b'{"message":"Hello Protected Starlette !!!"}'
GREETING = Response(200, content(GREETING_BODY, "application/json"), GREETING_BODY)
MALFORMED = text(b"Invalid Basic Auth", 400)
INCOMPLETE = text(b"Invalid Basic Auth Credentials", 400)
WRONG = text(b"Invalid Basic Auth Password", 400)

ADMIN = "Basic YWRtaW46czNjcjN0IQ=="


def basic(credentials: bytes) -> str:
    return f"Basic {b64encode(credentials).decode()}"


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize("way", WAYS)
def test_answers_admin_as_in_the_transcript(basic_auth: Client, way: str) -> None:
    assert replay("basic_auth-admin", basic_auth, way) == transcript("basic_auth-admin").lines


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize("way", WAYS)
def test_answers_anyone_else_as_in_the_transcript(basic_auth: Client, way: str) -> None:
    length = "< content-length: 0"
    chunked = by_parser(
        h11="< Transfer-Encoding: chunked", httptools="< transfer-encoding: chunked"
    )
    framing = since(EMPTY_BODY_HAS_LENGTH, length, before=chunked)
    expected = transcript("basic_auth-anonymous").changed({length: [framing]})
    assert replay("basic_auth-anonymous", basic_auth, way) == expected


@pytest.mark.source("primer basic_auth")
def test_challenges_a_request_without_credentials(basic_auth: Client) -> None:
    assert basic_auth.get("/") == CHALLENGE


@pytest.mark.source("primer basic_auth", "RFC 7617 section 2")
@pytest.mark.parametrize(
    "value",
    ["", "Bearer YWRtaW46czNjcjN0IQ==", "Digest x", "Basicx YWRtaW46czNjcjN0IQ==", "YWRtaW46", "x"],
)
def test_challenges_another_scheme(basic_auth: Client, value: str) -> None:
    assert basic_auth.get("/", {"Authorization": value}) == CHALLENGE


@pytest.mark.source("primer basic_auth", "RFC 9110 section 11.1")
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
def test_takes_the_scheme_in_any_case(basic_auth: Client, scheme: str) -> None:
    value = ADMIN.replace("Basic", scheme)
    assert basic_auth.get("/", {"Authorization": value}) == GREETING


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize(
    "value",
    [
        "Basic",
        f"{ADMIN} x",
        "Basic YWRtaW46 czNjcjN0IQ==",
        "Basic YWRtaW46czNjcjN0IQ",
        "Basic YWRtaW46czNjcjN0IQ=",
        "Basic é",
        basic("é:s3cr3t!".encode()),
        basic(b"admin:s3cr3t!\xff"),
    ],
)
def test_refuses_credentials_that_cannot_be_read(basic_auth: Client, value: str) -> None:
    assert basic_auth.get("/", {"Authorization": value}) == MALFORMED


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize(
    "value",
    [
        ADMIN.replace(" ", "   "),
        ADMIN.replace(" ", "\t"),
        "Basic YWRta*W46czNjcjN0IQ==",
        "Basic =YWRtaW46czNjcjN0IQ==",
        f"{ADMIN}=",
    ],
)
def test_reads_credentials_leniently(basic_auth: Client, value: str) -> None:
    assert basic_auth.get("/", {"Authorization": value}) == GREETING


@pytest.mark.source("primer basic_auth", "RFC 7617 section 2")
@pytest.mark.parametrize(
    "credentials", [b":", b"admin", b"admin:", b":s3cr3t!", b"s3cr3t!", b"::s3cr3t!"]
)
def test_refuses_half_of_the_credentials(basic_auth: Client, credentials: bytes) -> None:
    assert basic_auth.get("/", {"Authorization": basic(credentials)}) == INCOMPLETE


@pytest.mark.source("primer basic_auth", "RFC 7617 section 2")
@pytest.mark.parametrize(
    "credentials",
    [
        b"admin:wrong",
        b"admin:s3cr3t",
        b"admin:s3cr3t!!",
        b"admin:S3cr3t!",
        b"admin: s3cr3t!",
        b"admin:s3cr3t! ",
        b"admin:s3cr3t!\n",
        b"admin:s3cr3t!\0",
        b"admin::s3cr3t!",
        b"admin:x:s3cr3t!",
        b"s3cr3t!:admin",
    ],
)
def test_refuses_a_wrong_password(basic_auth: Client, credentials: bytes) -> None:
    assert basic_auth.get("/", {"Authorization": basic(credentials)}) == WRONG


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize(
    ("values", "response"),
    [
        ([ADMIN, basic(b"admin:wrong")], GREETING),
        ([basic(b"admin:wrong"), ADMIN], WRONG),
        (["Bearer x", ADMIN], CHALLENGE),
        (["Basic", ADMIN], MALFORMED),
    ],
)
def test_heeds_the_first_of_several_headers(
    basic_auth: Client, values: list[str], response: Response
) -> None:
    assert basic_auth.get("/", [("Authorization", value) for value in values]) == response


@pytest.mark.source("primer basic_auth", "RFC 9110 section 5.5")
@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        (b"", b" ", b""),
        (b"   ", b"\t", b" "),
        (b"\t", b"  \t ", b"\t"),
        (b" \t ", b"\xa0", b" \t "),
        (b" ", b"\x85", b"  "),
    ],
)
def test_ignores_white_space_around_scheme_and_credentials(
    basic_auth: Client, before: bytes, between: bytes, after: bytes
) -> None:
    value = before + ADMIN.encode().replace(b" ", between) + after
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization:%b\r\n\r\n" % value
    assert basic_auth.raw(request) == GREETING


def refusal(credentials: bytes) -> Response:
    """Primer basic_auth, rules 3 to 5, where the password is another one."""
    if not credentials.isascii():
        return MALFORMED
    name, _, password = credentials.partition(b":")
    return WRONG if name and password else INCOMPLETE


@pytest.mark.source("RFC 9110 section 3.3", "RFC 9112 section 9.3.2")
def test_lets_in_each_request_of_a_connection_by_itself(basic_auth: Client) -> None:
    let_in = f"Authorization: {ADMIN}\r\n".encode()
    wrong = f"Authorization: {basic(b'admin:wrong')}\r\n".encode()
    requests = [raw_request(headers=each) for each in (let_in, b"", wrong, let_in + CLOSE)]
    responses = [GREETING, CHALLENGE, WRONG, last(GREETING)]
    assert until_it_closes(basic_auth, *requests) == responses
    assert until_it_closes(basic_auth, b"".join(requests)) == responses


@pytest.mark.source("primer basic_auth")
@pytest.mark.parametrize("name", [b"admin", b"nobody", b" ", b"a" * 1000, b"\x7f"])
def test_lets_any_name_in_with_the_password(basic_auth: Client, name: bytes) -> None:
    assert basic_auth.get("/", {"Authorization": basic(name + b":s3cr3t!")}) == GREETING


@pytest.mark.source("RFC 9110 section 9.3.2")
@pytest.mark.parametrize(
    ("headers", "response"),
    [
        ({}, CHALLENGE),
        ({"Authorization": ADMIN}, GREETING),
        ({"Authorization": basic(b"admin:wrong")}, WRONG),
    ],
)
def test_answers_head_as_get_without_the_body(
    basic_auth: Client, headers: dict[str, str], response: Response
) -> None:
    assert basic_auth.head("/", headers) == without_body(response)


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_allows_get_and_head_only(basic_auth: Client, method: str) -> None:
    assert basic_auth.request(method, "/", {"Authorization": ADMIN}) == not_allowed()


@pytest.mark.source("starlette docs authentication")
def test_checks_credentials_before_it_looks_for_the_route(basic_auth: Client) -> None:
    wrong = {"Authorization": basic(b"admin:wrong")}
    assert basic_auth.get("/missing", wrong) == WRONG
    assert basic_auth.post("/", wrong) == WRONG
    assert basic_auth.get("/missing", {"Authorization": ADMIN}) == not_found()
    assert basic_auth.get("/missing") == not_found()


@pytest.mark.source("primer log lines")
def test_logs_its_start(basic_auth: Client) -> None:
    assert start_lines(basic_auth) == documented_start(basic_auth)


@pytest.mark.source("primer basic_auth")
def test_logs_the_requests_that_reach_the_route(basic_auth: Client) -> None:
    with basic_auth.logged() as lines:
        let_in = basic_auth.get("/", {"Authorization": ADMIN})
        challenged = basic_auth.get("/")
        refused = basic_auth.get("/", {"Authorization": "Basic"})
    assert lines == [
        "INFO TIME - Received request: GET",
        f'INFO:     127.0.0.1:{let_in.client_port} - "GET / HTTP/1.1" 200 OK',
        "INFO TIME - Received request: GET",
        f'INFO:     127.0.0.1:{challenged.client_port} - "GET / HTTP/1.1" 401 Unauthorized',
        f'INFO:     127.0.0.1:{refused.client_port} - "GET / HTTP/1.1" 400 Bad Request',
    ]

"""Requests from an `.http` file: what is accepted, and what is refused, by file and line."""

from pathlib import Path

import pytest

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.http_file import REQUESTS, requests

ROOT = Path(__file__).parent.parent.parent


def posted(body: bytes, headers: bytes = b"") -> bytes:
    head = b"POST /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n%bContent-Length: %d\r\n\r\n"
    return head % (headers, len(body)) + body


def read(folder: Path, text: str) -> list[bytes]:
    path = folder / "file.http"
    path.write_bytes(text.encode())
    return [step.request.data for step in requests(path, "m:app")]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("GET /a?b=c", b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        ("/a", b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        ("GET /a HTTP/1.0", b"GET /a HTTP/1.0\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        (
            "ws://x.org/g?h\nUpgrade: WebSocket\n\n// first\na\n b\n\n===  \n=== wait-for-server",
            (
                b"GET /g?h HTTP/1.1\r\nHost: x.org\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
                b"a\n b\n===\n=== wait-for-server"
            ),
        ),
        ("http://x.org:8000", b"GET / HTTP/1.1\r\nHost: x.org:8000\r\n\r\n"),
        ("https://u:p@x.org/a#b HTTP/2", b"GET /a HTTP/1.1\r\nHost: x.org\r\n\r\n"),
        ("# one\n// two\n\nGET /a HTTP/1.1", b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        ("# @name login\n# @no-redirect\n/a", b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        ("/a\n  ?b=c\n  &d=e", b"GET /a?b=c&d=e HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"),
        (
            "/a\nX: 1\nhost: y.org\n# no header\nX:  2 \nConnection: X-Hop\nX-Hop: 1\nTE: a",
            (
                b"GET /a HTTP/1.1\r\nX: 1\r\nhost: y.org\r\nX: 2\r\nConnection: X-Hop\r\n"
                b"X-Hop: 1\r\nTE: a\r\n\r\n"
            ),
        ),
        (
            "POST /a\nHost: x\nConnection: Upgrade\nUpgrade: h2c\nTrailer: X\n\nhello",
            (
                b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
                b"Trailer: X\r\nContent-Length: 5\r\n\r\nhello"
            ),
        ),
        (
            "POST /a\nHost: x\nHost: y\ncontent-length: 3\n\nhello",
            b"POST /a HTTP/1.1\r\nHost: x\r\nHost: y\r\ncontent-length: 3\r\n\r\nhello",
        ),
        (
            "POST /a\nHost: x\nTransfer-Encoding: chunked\n\nhello, hello",
            (
                b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"c\r\nhello, hello\r\n0\r\n\r\n"
            ),
        ),
        (
            "POST /a\nHost: x\nTransfer-Encoding: chunked\nContent-Length: 5\n\nhello",
            (
                b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                b"Content-Length: 5\r\n\r\nhello"
            ),
        ),
        (
            "@base = http://x.org\n@path={{base}}/a\nGET {{ path }}\nX: {{base}}",
            b"GET /a HTTP/1.1\r\nHost: x.org\r\nX: http://x.org\r\n\r\n",
        ),
        (
            "POST /a\n\n{\n # kept\n}\n\n\n",
            posted(b"{\n # kept\n}"),
        ),
        (
            "POST /a\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2\n",
            posted(b"a=1&b=2", b"Content-Type: application/x-www-form-urlencoded\r\n"),
        ),
        (
            "POST /a\nContent-Type: multipart/form-data; boundary=b\n\n--b\n\nx\n--b--",
            posted(
                b"--b\r\n\r\nx\r\n--b--\r\n", b"Content-Type: multipart/form-data; boundary=b\r\n"
            ),
        ),
        ("POST /a", b"POST /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n"),
        (
            "/a\nHost: x\nAuthorization: Basic Darth Va:der \nX-A: Basic a b",
            (
                b"GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Basic RGFydGg6VmE6ZGVy\r\n"
                b"X-A: Basic a b\r\n\r\n"
            ),
        ),
        (
            "/a\nauthorization: basic Darth:\nAuthorization: Basic RGFydGg6",
            (
                b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n"
                b"authorization: basic RGFydGg6\r\nAuthorization: Basic RGFydGg6\r\n\r\n"
            ),
        ),
        ("POST /a\n\na\u2028b\x0cc\x85d\r\re", posted("a\u2028b\x0cc\x85d\n\ne".encode())),
        (
            "POST /a\n\n<a href='x'> > y",
            posted(b"<a href='x'> > y"),
        ),
    ],
)
def test_a_request_is_read(tmp_path: Path, text: str, sent: bytes) -> None:
    assert read(tmp_path, text) == [sent]


def test_requests_are_separated_and_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "file.http"
    path.write_bytes(b"\xef\xbb\xbf@a = 1\n\n/a\n### two\n\n###\n\r\n# c\n/b?{{a}}\r\nX: 1\r\n")
    assert [str(step) for step in requests(path, "m:app")] == [
        "GET /a (file.http:3)",
        "GET /b?1 (file.http:9)",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file.http: there is no request in it"),
        ("# only a comment\n###", "file.http: there is no request in it"),
        ("get /a", "file.http:1: not a request line: 'get /a'"),
        ("GET ftp://x/a", "file.http:1: 'ftp://x/a' is neither a path nor a URL of http or https"),
        ("GET x.org/a", "file.http:1: 'x.org/a' is neither a path nor a URL of http or https"),
        ("GET http://[::1/a", "file.http:1: 'http://[::1/a' is no URL: Invalid IPv6 URL"),
        ("GET /a HTTP/3", "file.http:1: HTTP/3 is not supported: requests are HTTP/1.1, or"),
        ("# @disconnect-after 2 s\n/a", "file.http:1: write `# @disconnect-after 2 events`"),
        ("\n# @read-at 0 bytes/s\n/a", "file.http:2: write `# @read-at 1000 bytes/s`"),
        (
            "WEBSOCKET /a\n\nhello\n=== wait\n",
            "file.http:4: only `===` and `=== wait-for-server` stand between messages: '=== wait'",
        ),
        (
            "WEBSOCKET /a\nSec-WebSocket-Extensions: permessage-deflate",
            "file.http:1: sec-websocket-extensions: not supported",
        ),
        ("GET /ü", "file.http:1: the target '/ü' has a character that must be %-escaped"),
        ("\nGET /a\nbody", "file.http:3: not a header: 'body'; a body follows an empty line"),
        ("GET /a\nX Y: 1", "file.http:1: the header 'X Y' cannot be sent: '1'"),
        ("GET /a\nX: €", "file.http:1: the header 'X' cannot be sent: '€'"),
        ("GET {{base}}/a", "file.http:1: {{base}} has no value: write `@base = ...` above"),
        ("POST /a\n\n{{$guid}}", "file.http:3: {{$guid}} has no value: write a value in its place"),
        (
            "GET /{{a.response.body.$.b}}",
            "file.http:1: {{a.response.body.$.b}}: no request above it has `# @name a`",
        ),
        ("POST /a\n\n<@utf8 ./file", "file.http:3: "),
        ("GET /a\n\n> {%\nclient.log(1)\n%}", "file.http:3: of scripts, only `client.global.set("),
        ("GET /a\n\n> {%\n", "file.http:3: the script does not end"),
        ("GET /a\n\n>>! out", "file.http:3: scripts from files, and responses in files, are not"),
        (
            "# @name a\n/a\n###\n/{{a.response.body.//b}}",
            "file.http:4: {{a.response.body.//b}}: 'body.//b' is no place in a response: body.$",
        ),
        (
            "# @name a\n/a\n###\n/a\nAuthorization: Basic me {{a.response.body.*}}",
            "file.http:5: user and password cannot be values of responses",
        ),
        ("# @prompt name\nGET /a", "file.http:1: the directive @prompt is not supported"),
        ("GET /a\n# @no-cookie-jar", "file.http:2: the directive @no-cookie-jar is not supp"),
        ("// @loop for 3\nGET /a", "file.http:1: the directive @loop is not supported"),
        ("# @while a\n/a\n", "file.http:1: @while a: no request above it has `# @name a`"),
        ("/a\n\n?? body == 1", "file.http:3: only `?? status == 200` is supported: '?? body == 1'"),
        ("GRAPHQL http://x.org/g", "file.http:1: GRAPHQL is not supported"),
    ],
)
def test_what_is_not_accepted_is_refused_by_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_variables_of_variables_are_bounded(tmp_path: Path) -> None:
    lines = ["@a0 = xxxxxxxxxx", *(f"@a{n + 1} = " + f"{{{{a{n}}}}}" * 10 for n in range(12))]
    with pytest.raises(UsageError, match=r":8: variables come to more than 67,108,864 characters"):
        read(tmp_path, "\n".join([*lines, "GET /{{a12}}"]))


@pytest.mark.parametrize("text", ["GET /" + "{{" * 100_000, "POST /\n\n" + "{{" * 100_000])
def test_braces_without_an_end_are_text(tmp_path: Path, text: str) -> None:
    (sent,) = read(tmp_path, text)
    assert b"{{" * 100_000 in sent


def test_a_long_request_line_may_be_continued_often(tmp_path: Path) -> None:
    (sent,) = read(tmp_path, "GET /a\n" + " &b=c\n" * 100_000)
    assert sent.startswith(b"GET /a" + b"&b=c" * 100_000 + b" HTTP/1.1\r\n")


def test_a_file_that_never_ends_is_refused() -> None:
    with pytest.raises(UsageError, match="/dev/zero: longer than 134,217,728 bytes"):
        requests(Path("/dev/zero"), "m:app")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.http: No such file"):
        requests(tmp_path / "none.http", "m:app")
    (tmp_path / "latin.http").write_bytes(b"GET /\xff")
    with pytest.raises(UsageError, match="not UTF-8 text, at byte 5"):
        requests(tmp_path / "latin.http", "m:app")


def test_the_example_is_accepted() -> None:
    assert len(requests(ROOT / "examples" / "shop.http", "shop:app")) == 25


def test_a_file_of_more_requests_than_anybody_waits_for_is_refused(tmp_path: Path) -> None:
    assert len(read(tmp_path, "/a\n###\n" * REQUESTS)) == REQUESTS
    with pytest.raises(UsageError, match=r"file.http: more than 20,000 requests; make several"):
        read(tmp_path, "/a\n###\n" * (REQUESTS + 1))


def test_an_own_cookie_header_is_sent_as_written(tmp_path: Path) -> None:
    path = tmp_path / "file.http"
    path.write_text("/a\nCookie: sid=typed\n###\n/a")
    assert [step.own_cookies for step in requests(path, "m:app")] == [True, False]


def test_names_streams_and_expected_statuses_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file.http"
    path.write_text(
        "# @name events\n/a\n###\nPOST /b\n# @while events\nX: 1\n\nbody\n\n?? status == 201\n"
    )
    first, second = requests(path, "m:app")
    assert (first.name, first.during, first.recorded) == ("events", "", 0)
    assert (second.name, second.during, second.recorded) == ("", "events", 201)
    assert second.request.data.endswith(b"\r\n\r\nbody")


def test_values_of_responses_are_bound_to_the_request_that_has_the_name(tmp_path: Path) -> None:
    path = tmp_path / "file.http"
    path.write_text(
        "# @name login\n/a\n###\n@token = {{login.response.body.$.token}}\n"
        "GET http://x.org{{ login.response.headers.Location }}\nX: {{token}}\n"
        '###\n/b\n\n> {% client.global.set("id", response.body.items[0].id); %}\n###\n/{{id}}\n'
    )
    found = [[str(each) for each in step.bindings] for step in requests(path, "m:app")]
    assert found == [
        [],
        [
            "headers.Location of the response to file.http:2",
            "body.$.token of the response to file.http:2",
        ],
        [],
        ["body.$.items[0].id of the response to file.http:8"],
    ]


def test_a_body_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\xff {{a}}\n")
    (tmp_path / "text").write_bytes(b"{{a}}")
    text = "@a = 1\n/a\n\n< ./data\nand\n<@ text\n"
    assert read(tmp_path, text)[0].endswith(b"\r\n\r\n\xff {{a}}\n\nand\n1")
    with pytest.raises(UsageError, match=r"file.http:3: .*none: No such file"):
        read(tmp_path, "/a\n\n< none")

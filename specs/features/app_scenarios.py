"""An app of many features: requests, responses, files, failures and routes of many forms."""

from dataclasses import replace
from typing import Any

from specs.features.feature_app import (
    CONTENT,
    LARGE,
    TAG,
    about_file,
    because,
    empty,
    failed,
    head,
    json,
    part_of_file,
    seen,
    sent,
    to,
)
from specs.ledger import file_responses
from specs.ledger.changes import (
    CHARSET_ONCE,
    COOKIE_LINES_READ,
    ENDPOINTS_ALLOW_HEAD,
    HOSTS_IN_ANY_CASE,
    MEMORYVIEWS_SENT,
    RANGES,
    ROOT_PATH_CONFUSED,
    UUIDS_IN_ANY_FORM,
    WIDE_MEMORYVIEWS_WHOLE,
)
from specs.ledger.responses import HTML, NO_BODY, TEXT, UVICORN, content, last, redirect, text
from starlette_conformance.model.expectations import (
    CONTINUE,
    Response,
    chunked,
    history,
    since,
    unordered,
)

ERROR = failed(text(b"Internal Server Error", 500))
GOES_ON = "Expect: 100-continue"
IN_CHUNKS = "Transfer-Encoding: chunked"
BODY = "Content-Length: 5"
UPLOAD = b"x" * 3_000_000


def told_to_go_on(response: Response) -> Response:
    """By an app that reads the body."""
    return replace(response, interim=(CONTINUE,))


REQUESTS = sent(
    "requests of many forms",
    to(
        "GET /cookies",
        since(
            COOKIE_LINES_READ,
            json('{"a":"2","b":"two words","":"c","d":"%20","e":"5"}'),
            before=json('{"a":"2","b":"two words","":"c","d":"%20"}'),
        ),
        'Cookie: a=1; b="two words"; =x; c; d=%20; a=2',
        "Cookie: e=5",
    ),
    to("GET /cookies", json("{}")),
    to(
        "GET /seen?a=1&b=&a=2&c=%C3%A9+d",
        seen(
            "http://example.org/seen?a=1&b=&a=2&c=%C3%A9+d",
            '"query":[["a","1"],["b",""],["a","2"],["c","\xe9 d"]],'
            '"headers":[["x-b","2"],["x-a","1"],["x-b","3"]]',
        ),
        *("X-B: 2", "X-A: 1", "X-B: 3"),
    ),
    to("DELETE /seen", seen("http://example.org:81/seen", method="DELETE"), "Host: example.org:81"),
    to("POST /body", text(b"5 532"), BODY, body=b"hello"),
    to("POST /body", told_to_go_on(text(b"5 532")), BODY, "Expect: 100-Continue", body=b"hello"),
    to("POST /body", told_to_go_on(text(b"5 532")), BODY, GOES_ON, body=b"hello"),
    to("PUT /body", text(b"5 495"), IN_CHUNKS, body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
    to("PUT /body", text(b"3000000 360000000"), "Content-Length: 3000000", body=UPLOAD),
    to("POST /body", text(b"0 0")),
    to("POST /first-part", text(b"h"), BODY, body=b"hello"),
    to("POST /json", json('{"a":"\xe9"}'), "Content-Length: 15", body=b'{"a": "\\u00e9"}'),
)
"""Cookies, queries, headers and bodies, as an app sees them."""

FULL_COOKIE = (
    "full=b; Domain=example.org; expires=Wed, 02 Jan 2030 03:04:05 GMT; HttpOnly; Max-Age=60; "
    "Path=/path; SameSite=none; Secure"
)
DELETED_COOKIE = 'plain=""; Domain=example.org; expires=NOW; Max-Age=0; Path=/path; SameSite=lax'
WHOLE_VIEW = last(Response(200, UVICORN | {"content-length": "6"}, b"abcdef"))
NO_VIEW = last(text(b"Internal Server Error", 500))
VIEW = since(MEMORYVIEWS_SENT, WHOLE_VIEW, before=NO_VIEW)
CUT_VIEW = last(
    Response(200, UVICORN | {"content-length": "3"}, b"abc", ending="3 bytes after the end")
)
WIDE_VIEW = history(NO_VIEW, (MEMORYVIEWS_SENT, CUT_VIEW), (WIDE_MEMORYVIEWS_WHOLE, WHOLE_VIEW))
RESPONSES = sent(
    "requests for responses of many forms",
    to(
        "GET /set-cookies",
        text(
            b"set",
            headers={
                "set-cookie": (
                    "plain=a; Path=/; SameSite=lax",
                    'empty=""; Path=/; SameSite=lax',
                    'quoted="a b\\073\\"c\\""; Path=/; SameSite=lax',
                    FULL_COOKIE,
                    "bare=c",
                    DELETED_COOKIE,
                )
            },
        ),
    ),
    to(
        "GET /json",
        json('{"text":"\xe9\u20ac</\U0001f600","number":1.0,"none":null,"list":[]}'),
    ),
    to("HEAD /json", head(json("x" * 57))),
    to("GET /status/204", empty(204, {"x-name": "\xe9\tb"})),
    to("GET /status/304", empty(304, {"x-name": "\xe9\tb"})),
    to("GET /status/299", empty(299, NO_BODY | {"x-name": "\xe9\tb"}, reason="")),
    to("GET /no-content", empty(204, {})),
    to(
        "GET /html",
        Response(
            200, content(b"<p>\xc3\xa9</p>", HTML, {"content-language": "fr"}), b"<p>\xc3\xa9</p>"
        ),
    ),
    *(
        to(f"GET /typed?type={given}", text(b"a", headers={"content-type": sends}))
        for given, sends in {
            "text/csv": "text/csv; charset=utf-8",
            "text/plain;charset=latin-1": since(
                CHARSET_ONCE,
                "text/plain;charset=latin-1",
                before="text/plain;charset=latin-1; charset=utf-8",
            ),
            "application/xml": "application/xml",
        }.items()
    ),
    to("GET /large", Response(200, content(LARGE, "application/octet-stream"), LARGE)),
    to(
        "GET /streamed",
        Response(
            200,
            UVICORN | {"content-type": TEXT, "transfer-encoding": "chunked"},
            chunked(b"one\xc3\xa9", b"two", LARGE),
        ),
    ),
    to("GET /view", VIEW, "Connection: close"),
    to("GET /view?of=H", WIDE_VIEW, "Connection: close"),
    to("GET /sized", Response(200, UVICORN | {"content-length": "6"}, b"abcdef")),
    to(
        "GET /redirect/302?to=/a%20b%3Fc%3Dd%C3%A9",
        empty(302, NO_BODY | {"location": "/a%20b?c=d%C3%A9"}, "Found"),
    ),
    to(
        "GET /redirect/308?to=https://example.org/%23x",
        empty(308, NO_BODY | {"location": "https://example.org/#x"}, "Permanent Redirect"),
    ),
    to("GET /thread", text(b"from a thread")),
    to("GET /background", text(b"ok")),
    to("GET /state", text(b"by the lifespan")),
    to("GET /count", text(b"0")),
    to("GET /count?again", text(b"0")),
)
"""Cookies, statuses, types, streams and redirects."""


def file(kind: str = TEXT, disposition: str = "") -> Response:
    named = {"content-disposition": disposition} if disposition else {}
    return about_file(file_responses.file(CONTENT, kind), **named)


def part(start: int, end: int) -> Any:
    return since(RANGES, part_of_file(start, end), before=file())


FILES = sent(
    "requests for a file",
    to("GET /file", file()),
    to("GET /file", part(70_000, 199_000), "Range: bytes=70000-198999"),
    to("GET /file", part(199_999, 200_000), "Range: bytes=-1"),
    to(
        "GET /file",
        part(65_536, 131_073),
        "Range: bytes=65536-131072",
        f'If-Range: "{TAG}"',
    ),
    to("GET /file", file(), "Range: bytes=0-1", "If-Range: Sat, 12 Apr 2025 01:03:01 GMT"),
    to(
        "GET /file",
        part(0, 2),
        *(
            "Range: bytes=0-1",
            "If-Range: Sat, 12 Apr 2025 01:03:00 GMT",
            "X-Forwarded-For: 192.0.2.1",
        ),
    ),
    to(
        "GET /file?filename=a.csv",
        file("text/csv; charset=utf-8", 'attachment; filename="a.csv"'),
    ),
    to(
        "GET /file?filename=%C3%A9%20b.txt",
        file(disposition="attachment; filename*=utf-8''%C3%A9%20b.txt"),
    ),
    to(
        "GET /file?filename=a.txt&content_disposition_type=inline",
        file(disposition='inline; filename="a.txt"'),
    ),
    to("GET /missing-file", ERROR),
)

ASKED_FOR = {"x-reason": "asked for"}
TRACED = "Traceback (most recent call last): KeyError"
INDENT = "&nbsp" * 4
TITLES = ["Starlette Debugger", "500 Server Error", "KeyError: "]
PAGE = f"{TITLES} {[f'{INDENT}raise&nbspKeyError']} of 7 lines"
"""As the app shortens them."""


def debugged(page: str, kind: str = TEXT) -> Response:
    headers = {"content-type": kind, "transfer-encoding": "chunked"}
    return failed(Response(500, UVICORN | headers, chunked(page.encode())))


FAILURES = sent(
    "requests that fail",
    to("GET /raises", ERROR),
    to("GET /handled/", because("I'm a Teapot", failed(text(b"handled", 418)))),
    to("GET /debug/", debugged(TRACED), "Accept: */*"),
    to("GET /debug/", debugged(PAGE, HTML), "Accept: text/html,*/*;q=0.8"),
    to("GET /nan", ERROR),
    to("POST /json", ERROR, "Content-Length: 1", body=b"{"),
    to("GET /http-exception/404", text(b"Not Found", 404, ASKED_FOR)),
    to("GET /http-exception/418", because("I'm a Teapot", text(b"handled", 418))),
    to("GET /http-exception/204", empty(204, ASKED_FOR)),
    to("GET /detailed", because("Payment Required", text(b"no \xc3\xa9", 402))),
    to("GET /odd", because("Conflict", text(b"odd", 409))),
    to(
        "GET /broken-stream",
        Response(
            200,
            UVICORN | {"transfer-encoding": "chunked"},
            chunked(b"begun"),
            ending="no last chunk: closed by the server",
        ),
    ),
    to(
        "PATCH /seen",
        text(b"Method Not Allowed", 405, {"allow": unordered("DELETE", "GET", "HEAD")}),
    ),
    to("GET /body", text(b"Method Not Allowed", 405, {"allow": unordered("POST", "PUT")})),
    to(
        "POST /endpoint",
        text(
            b"Method Not Allowed",
            405,
            {"allow": since(ENDPOINTS_ALLOW_HEAD, "GET, HEAD, PUT", before="GET, PUT")},
        ),
    ),
)


def converted(params: str) -> Response:
    return text(params.encode())


MISSING = text(b"Not Found", 404)
UUID = "12345678-1234-1234-1234-1234567890"
ROUTES = sent(
    "requests to routes of many forms",
    to("GET /int/012", converted("{'value': 12}")),
    to("GET /int/-1", MISSING),
    to("GET /int/1.0", MISSING),
    to("GET /float/1.50", converted("{'value': 1.5}")),
    to("GET /float/1", converted("{'value': 1.0}")),
    to(
        f"GET /uuid/{UUID}AB",
        since(UUIDS_IN_ANY_FORM, converted(f"{{'value': UUID('{UUID}ab')}}"), before=MISSING),
    ),
    to(f"GET /uuid/{UUID}", MISSING),
    to("GET /path/a/b%2Fc", converted("{'value': 'a/b/c'}")),
    to("GET /path/", converted("{'value': ''}")),
    to("GET /two/a-b-c/end", converted("{'first': 'a-b', 'second': 'c'}")),
    to("GET /endpoint", text(b"got")),
    to("HEAD /endpoint", head(text(b"got"))),
    to("PUT /endpoint", text(b"put")),
    to(
        "GET /mounted/some/seen",
        since(
            ROOT_PATH_CONFUSED,
            seen("http://example.org/mounted/some/seen"),
            before=seen("http://example.org/mounted/some/seen", root="/mounted/some"),
        ),
    ),
    to("GET /mounted/some", redirect("http://example.org/mounted/some/")),
    to("GET /mounted/some/seen/", redirect("http://example.org/mounted/some/seen")),
    to("GET /", converted("{'name': 'some'}"), "Host: some.hosted.example:81"),
    to(
        "GET /",
        since(HOSTS_IN_ANY_CASE, converted("{'name': 'a.b'}"), before=converted("{'name': 'A.b'}")),
        "Host: A.b.hosted.example",
    ),
    to("GET /", MISSING, "Host: hosted.example"),
)


SCENARIOS = [REQUESTS, RESPONSES, FILES, FAILURES, ROUTES]

"""static_files: the folder `html`, with index.html where a folder is asked for."""

import hashlib
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from harness.client import Client
from harness.expect import WHOLE, Response, since, unordered
from harness.lines import Lines
from harness.site import DOCUMENTED_MTIME_NS
from specs.answers import (
    HTML,
    OTHER_METHODS,
    TEXT,
    UVICORN,
    content,
    documented_start,
    not_found,
    redirect,
    start_lines,
    text,
    without_body,
)
from specs.changes import (
    ETAG_QUOTED,
    FILE_AS_FOLDER_NOT_FOUND,
    FILES_ALLOW_ON_405,
    LONG_NAME_NOT_FOUND,
    NONE_MATCH_FIRST,
    NULL_BYTE_NOT_FOUND,
    PATHSEND_ASSUMED,
    RANGES,
    SIBLING_FOLDER_HIDDEN,
    STAR_MATCHES_EVERY_TAG,
    STATUS_PHRASES_OF_RFC_9110,
    UNSATISFIABLE_NAMES_UNIT,
)
from specs.replay import WAYS, replay, transcript
from specs.site import PAGE

CHANGED = "Sat, 12 Apr 2025 01:03:00 GMT"
BEFORE = "Sat, 12 Apr 2025 01:02:59 GMT"
AFTER = "Sat, 12 Apr 2025 01:03:01 GMT"
TAG = "30a61f18583f5047c27d53c3ce200504"


def tag_of(body: bytes) -> str:
    """Starlette docs staticfiles: the MD5 of modification time and size."""
    seconds = DOCUMENTED_MTIME_NS / 1_000_000_000
    return hashlib.md5(f"{seconds}-{len(body)}".encode(), usedforsecurity=False).hexdigest()


def etag(body: bytes) -> object:
    return since(ETAG_QUOTED, f'"{tag_of(body)}"', before=tag_of(body))


def about(body: bytes, media_type: str) -> dict[str, object]:
    """The headers that describe a file, whole or in part."""
    return UVICORN | {
        "content-type": media_type,
        "last-modified": CHANGED,
        "etag": etag(body),
        "accept-ranges": since(RANGES, "bytes"),
    }


def file(body: bytes, media_type: str = HTML) -> Response:
    lost = f"0 of {len(body)} bytes: closed by the server"
    return Response(
        status=200,
        headers=about(body, media_type) | {"content-length": str(len(body))},
        body=since(PATHSEND_ASSUMED, b"", before=body),
        ending=since(PATHSEND_ASSUMED, lost, before=WHOLE),
    )


def part(start: int, stop: int) -> Response:
    """The bytes of the page from `start` to before `stop` (RFC 9110 section 15.3.7.1)."""
    extent = {
        "content-length": str(stop - start),
        "content-range": f"bytes {start}-{stop - 1}/{len(PAGE)}",
    }
    return Response(206, about(PAGE, HTML) | extent, PAGE[start:stop])


WHOLE_PAGE = file(PAGE)
NOT_MODIFIED = Response(304, UVICORN | {"etag": etag(PAGE)})
BROKEN = replace(text(b"Internal Server Error", 500), closes=True)


@pytest.mark.source("primer static_files")
@pytest.mark.parametrize("way", WAYS)
def test_answers_as_in_the_transcript(static_files: Client, way: str) -> None:
    lines = transcript("static_files").changed(
        {
            "< accept-ranges: bytes": [since(RANGES, "< accept-ranges: bytes")],
            f'< etag: "{TAG}"': [since(ETAG_QUOTED, f'< etag: "{TAG}"', before=f"< etag: {TAG}")],
        }
    )
    head = lines[: lines.index("<") + 1]
    expected = since(PATHSEND_ASSUMED, head, before=lines)
    assert replay("static_files", static_files, way) == expected


@pytest.mark.source("primer static_files")
@pytest.mark.parametrize("target", ["/", "/index.html", "/?a=1", "/./index.html", "//index.html"])
def test_serves_the_page(static_files: Client, target: str) -> None:
    assert static_files.get(target) == WHOLE_PAGE


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("target", "body", "media_type"),
    [
        ("/docs/", b"<p>The documentation</p>\n", HTML),
        ("/docs/index.html", b"<p>The documentation</p>\n", HTML),
        ("/note.txt", b"A note\n", TEXT),
        ("/docs/../note.txt", b"A note\n", TEXT),
        ("/%6Eote%2Etxt", b"A note\n", TEXT),
        ("/note.txt/", b"A note\n", TEXT),
    ],
)
def test_serves_other_files(
    static_files: Client, target: str, body: bytes, media_type: str
) -> None:
    assert static_files.get(target) == file(body, media_type)


@pytest.mark.source("RFC 9110 section 9.3.2")
@pytest.mark.parametrize("target", ["/", "/docs/", "/missing"])
def test_answers_head_as_get_without_the_body(static_files: Client, target: str) -> None:
    pages = {"/": file(PAGE), "/docs/": file(b"<p>The documentation</p>\n")}
    assert static_files.head(target) == without_body(pages.get(target, not_found()))


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("target", ["/", "/note.txt", "/missing", "/docs"])
@pytest.mark.parametrize("method", OTHER_METHODS)
def test_allows_get_and_head_only(static_files: Client, target: str, method: str) -> None:
    allow = {"allow": since(FILES_ALLOW_ON_405, unordered("GET", "HEAD"))}
    expected = text(b"Method Not Allowed", 405, allow)
    assert static_files.request(method, target) == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    ["/missing", "/missing.html", "/empty", "/empty/", "/INDEX.HTML", "/docs/x"],
)
def test_finds_nothing_elsewhere(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("starlette docs staticfiles")
def test_finds_nothing_below_a_file(static_files: Client) -> None:
    expected = since(FILE_AS_FOLDER_NOT_FOUND, not_found(), before=BROKEN)
    assert static_files.get("/index.html/x") == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("query", ["", "?a=1", "?a=1&b=%20&a=2"])
def test_redirects_to_the_slash_of_a_folder_and_keeps_the_query(
    static_files: Client, query: str
) -> None:
    location = f"http://127.0.0.1:{static_files.port}/docs/{query}"
    assert static_files.get(f"/docs{query}") == redirect(location)


@pytest.mark.source("RFC 9110 section 13.1.2")
@pytest.mark.parametrize(
    "tags", [f'"{TAG}"', f'W/"{TAG}"', f'"x", "{TAG}"', f'"x",W/"{TAG}" , "y"']
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_no_page_that_the_client_has(static_files: Client, method: str, tags: str) -> None:
    whole = WHOLE_PAGE if method == "GET" else without_body(WHOLE_PAGE)
    expected = since(ETAG_QUOTED, NOT_MODIFIED, before=whole)
    assert static_files.request(method, "/", {"If-None-Match": tags}) == expected


@pytest.mark.source("RFC 9110 section 13.1.2")
def test_compares_the_tag_with_its_quotes(static_files: Client) -> None:
    expected = since(ETAG_QUOTED, WHOLE_PAGE, before=NOT_MODIFIED)
    assert static_files.get("/", {"If-None-Match": TAG}) == expected


@pytest.mark.source("RFC 9110 section 13.1.2")
def test_takes_a_star_for_every_tag(static_files: Client) -> None:
    expected = since(STAR_MATCHES_EVERY_TAG, NOT_MODIFIED, before=WHOLE_PAGE)
    assert static_files.get("/", {"If-None-Match": "*"}) == expected


@pytest.mark.source("RFC 9110 section 13.1.2")
@pytest.mark.parametrize("tags", ['"x"', f'"{TAG}x"', f'"{TAG[1:]}"', '""', ""])
def test_sends_the_page_to_a_client_with_another(static_files: Client, tags: str) -> None:
    assert static_files.get("/", {"If-None-Match": tags}) == WHOLE_PAGE


@pytest.mark.source("RFC 9110 section 13.1.3")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (BEFORE, WHOLE_PAGE),
        (CHANGED, NOT_MODIFIED),
        (AFTER, NOT_MODIFIED),
        ("yesterday", WHOLE_PAGE),
        ("", WHOLE_PAGE),
    ],
)
def test_sends_no_page_unchanged_since(static_files: Client, date: str, expected: Response) -> None:
    assert static_files.get("/", {"If-Modified-Since": date}) == expected


@pytest.mark.source("RFC 9110 section 13.1.3")
def test_heeds_the_tag_before_the_date(static_files: Client) -> None:
    expected = since(NONE_MATCH_FIRST, WHOLE_PAGE, before=NOT_MODIFIED)
    headers = {"If-None-Match": '"x"', "If-Modified-Since": CHANGED}
    assert static_files.get("/", headers) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-14", 0, 15),
        ("bytes=426-", 426, 433),
        ("bytes=432-", 432, 433),
        ("bytes=-7", 426, 433),
        ("bytes=0-432", 0, 433),
        ("bytes=0-9999", 0, 433),
    ],
)
def test_sends_the_part_asked_for(static_files: Client, value: str, start: int, stop: int) -> None:
    expected = since(RANGES, part(start, stop), before=WHOLE_PAGE)
    assert static_files.get("/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
def test_answers_head_with_a_range_as_get_without_the_body(static_files: Client) -> None:
    expected = since(RANGES, without_body(part(0, 15)), before=without_body(WHOLE_PAGE))
    assert static_files.head("/", {"Range": "bytes=0-14"}) == expected


@pytest.mark.source("RFC 9110 section 15.5.17")
@pytest.mark.parametrize("value", ["bytes=433-", "bytes=433-433", "bytes=9999-"])
def test_refuses_a_part_beyond_the_end(static_files: Client, value: str) -> None:
    extent = since(UNSATISFIABLE_NAMES_UNIT, "bytes */433", before="*/433")
    refused = Response(
        status=416,
        reason=since(
            STATUS_PHRASES_OF_RFC_9110,
            "Range Not Satisfiable",
            before="Requested Range Not Satisfiable",
        ),
        headers=content(b"", TEXT, {"content-range": extent}),
    )
    expected = since(RANGES, refused, before=WHOLE_PAGE)
    assert static_files.get("/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("bytes=5-2", b"Range header: start must be less than end"),
        ("bytes=a-b", b"Range header: range must be requested"),
        ("lines=1-2", b"Only support bytes range"),
        ("bytes", b"Malformed range header."),
    ],
)
def test_refuses_a_malformed_range(static_files: Client, value: str, told: bytes) -> None:
    expected = since(RANGES, text(told, 400), before=WHOLE_PAGE)
    assert static_files.get("/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 13.1.5")
@pytest.mark.parametrize("validator", [f'"{TAG}"', CHANGED])
def test_sends_the_part_of_the_page_that_the_client_has(
    static_files: Client, validator: str
) -> None:
    expected = since(RANGES, part(0, 15), before=WHOLE_PAGE)
    headers = {"Range": "bytes=0-14", "If-Range": validator}
    assert static_files.get("/", headers) == expected


@pytest.mark.source("RFC 9110 section 13.1.5")
@pytest.mark.parametrize("validator", ['"x"', BEFORE, AFTER, "yesterday"])
def test_sends_the_whole_page_where_the_client_has_another(
    static_files: Client, validator: str
) -> None:
    headers = {"Range": "bytes=0-14", "If-Range": validator}
    assert static_files.get("/", headers) == WHOLE_PAGE


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/docs/../../secret.txt",
        "/docs/%2e%2e/%2e%2e/secret.txt",
        "/../html/../secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/../../../../../../../../../../etc/passwd",
    ],
)
def test_serves_nothing_outside_of_its_folder(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    [
        "/../html-private/secret.txt",
        "/..%2fhtml-private%2fsecret.txt",
        "/docs/../../html-private/secret.txt",
    ],
)
def test_serves_nothing_from_a_folder_whose_name_begins_alike(
    static_files: Client, target: str
) -> None:
    leaked = file(b"s3cr3t!\n", TEXT)
    assert static_files.get(target) == since(SIBLING_FOLDER_HIDDEN, not_found(), before=leaked)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("target", ["/%00", "/index.html%00", "/docs/%00"])
def test_finds_nothing_where_a_null_byte_stands(static_files: Client, target: str) -> None:
    expected = since(NULL_BYTE_NOT_FOUND, not_found(), before=BROKEN)
    assert static_files.get(target) == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(("length", "exists"), [(255, True), (256, False), (5000, False)])
def test_finds_nothing_where_the_name_is_too_long(
    static_files: Client, length: int, exists: bool
) -> None:
    too_long = since(LONG_NAME_NOT_FOUND, not_found(), before=BROKEN)
    assert static_files.get("/" + "a" * length) == (not_found() if exists else too_long)


@pytest.mark.source("primer log lines")
def test_logs_its_start(static_files: Client) -> None:
    assert start_lines(static_files) == documented_start(static_files)


@pytest.mark.source("primer static_files")
def test_leaves_the_log_of_requests_to_uvicorn(static_files: Client) -> None:
    with static_files.logged() as lines:
        found, missed = static_files.head("/"), static_files.get("/missing")
    assert lines == [
        f'INFO:     127.0.0.1:{found.client_port} - "HEAD / HTTP/1.1" 200 OK',
        f'INFO:     127.0.0.1:{missed.client_port} - "GET /missing HTTP/1.1" 404 Not Found',
    ]


@pytest.mark.source("primer static_files")
def test_shows_the_heading_in_a_browser(static_files: Client, browser: Browser) -> None:
    lost: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(5_000)
    page.on("requestfailed", lambda request: lost.append(str(request.failure)))
    with suppress(PlaywrightTimeoutError):  # a page whose body is lost never ends to load
        page.goto(f"http://127.0.0.1:{static_files.port}/")
    heading = page.get_by_role("heading")
    font = "element => getComputedStyle(element).font"
    seen = lost or [heading.inner_text(), heading.evaluate(font)]
    page.close()
    shown = ["Hello Starlette", "italic 700 25px Arial, sans-serif"]
    expected = since(PATHSEND_ASSUMED, ["net::ERR_CONTENT_LENGTH_MISMATCH"], before=shown)
    assert Lines(seen, static_files.environment) == expected

"""static_files: the folder `html`, with index.html where a folder is requested."""

import pytest

from specs.ledger.changes import ETAG_QUOTED, PATHSEND_ASSUMED, RANGES, UNKNOWN_TYPE_BINARY
from specs.ledger.file_responses import (
    BINARY,
    CHANGED,
    NOT_ALLOWED,
    TAG,
    WHOLE_PAGE,
    about,
    file,
    not_modified,
    not_satisfiable,
    part,
)
from specs.ledger.responses import (
    HTML,
    OTHER_METHODS,
    TEXT,
    documented_start,
    last,
    not_found,
    raw_request,
    response_to,
    start_lines,
    until_it_closes,
    without_body,
)
from specs.ledger.site import CHUNK, DOCS, HUGE, LARGE, NOTE, PAGE
from specs.ledger.transcripts import WAYS, replay, transcript
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, since


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


UNKNOWN_TYPE = since(UNKNOWN_TYPE_BINARY, BINARY, before=TEXT)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("target", "body", "media_type"),
    [
        ("/docs/", DOCS, HTML),
        ("/docs/index.html", DOCS, HTML),
        ("/note.txt", NOTE, TEXT),
        ("/UPPER.TXT", NOTE, TEXT),
        ("/style.css", NOTE, "text/css; charset=utf-8"),
        ("/data.json", NOTE, "application/json"),
        ("/image.png", NOTE, "image/png"),
        ("/image.svg", NOTE, "image/svg+xml"),
        ("/files.tar.gz", NOTE, "application/x-tar"),
        ("/.well-known/security.txt", NOTE, TEXT),
        ("/less.bin", LARGE[:65535], BINARY),
        ("/chunk.bin", CHUNK, BINARY),
        ("/more.bin", LARGE[:65537], BINARY),
        ("/large.bin", LARGE, BINARY),
        ("/huge.bin", HUGE, BINARY),
        ("/LICENSE", NOTE, UNKNOWN_TYPE),
        ("/.hidden", NOTE, UNKNOWN_TYPE),
        ("/...", NOTE, UNKNOWN_TYPE),
        ("/data.unknown", NOTE, UNKNOWN_TYPE),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_serves_other_files(
    static_files: Client, method: str, target: str, body: bytes, media_type: object
) -> None:
    response = file(body, media_type)
    expected = response_to(method, response)
    assert static_files.request(method, target) == expected


@pytest.mark.source("RFC 9110 section 8.6")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_serves_an_empty_file(static_files: Client, method: str) -> None:
    # SentRequest to close, it closes on every release: 0.36.0 would by itself, sooner or later.
    headers = about(b"", TEXT) | {"content-length": "0", "connection": "close"}
    response = static_files.request(method, "/nothing.txt", {"Connection": "close"})
    assert response == Response(200, headers, closes=True)


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize("value", ["bytes=0-0", "bytes=0-", "bytes=-0", "bytes=-1", "bytes=5-2"])
def test_has_no_part_of_an_empty_file(static_files: Client, value: str) -> None:
    expected = since(RANGES, without_body(not_satisfiable(0)), before=without_body(file(b"", TEXT)))
    assert static_files.head("/nothing.txt", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 9.3.2")
@pytest.mark.parametrize("target", ["/", "/docs/", "/missing"])
def test_answers_head_as_get_without_the_body(static_files: Client, target: str) -> None:
    pages = {"/": file(PAGE), "/docs/": file(b"<p>The documentation</p>\n")}
    assert static_files.head(target) == without_body(pages.get(target, not_found()))


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize(
    "target", ["/", "/note.txt", "/missing", "/docs", "/%00", "/../secret.txt"]
)
@pytest.mark.parametrize("method", [*OTHER_METHODS, "TRACE", "QUERY"])
def test_allows_get_and_head_only(static_files: Client, target: str, method: str) -> None:
    assert static_files.request(method, target) == NOT_ALLOWED


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    ["/missing", "/missing.html", "/empty", "/empty/", "/INDEX.HTML", "/docs/x"],
)
def test_finds_nothing_elsewhere(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("RFC 9110 section 14.2", "RFC 9110 section 13.2.1")
@pytest.mark.parametrize("headers", [{"Range": "bytes=0-14"}, {"If-None-Match": "*"}])
def test_refuses_post_regardless_of_other_headers(
    static_files: Client, headers: dict[str, str]
) -> None:
    assert static_files.post("/", headers) == NOT_ALLOWED


def getting(target: str, headers: str = "") -> bytes:
    return raw_request(f"GET {target} HTTP/1.1".encode(), headers.encode())


@pytest.mark.source("RFC 9112 section 9.3.2")
def test_sends_files_that_are_asked_for_together_in_their_order(static_files: Client) -> None:
    requests = (
        getting("/large.bin"),
        getting("/note.txt", f"If-Modified-Since: {CHANGED}\r\n"),
        getting("/missing"),
        getting("/docs/", "Range: bytes=0-4\r\n"),
        getting("/", "Connection: close\r\n"),
    )
    responses = [
        file(LARGE, BINARY),
        not_modified(NOTE),
        not_found(),
        since(RANGES, part(0, 5, DOCS), before=file(DOCS)),
        last(WHOLE_PAGE),
    ]
    expected = since(PATHSEND_ASSUMED, responses[:1], before=responses)
    assert until_it_closes(static_files, b"".join(requests)) == expected


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

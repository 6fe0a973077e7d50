"""static_files: what a path leads to, and what it must not lead to."""

import pytest

from specs.ledger.changes import (
    FILE_AS_FOLDER_NOT_FOUND,
    LINE_BREAK_KEPT,
    LINKS_LEAD_OUT,
    LONG_NAME_NOT_FOUND,
    NULL_BYTE_NOT_FOUND,
    SIBLING_FOLDER_HIDDEN,
)
from specs.ledger.file_responses import BROKEN, WHOLE_PAGE, file
from specs.ledger.responses import HTML, TEXT, not_found, redirect, response_to
from specs.ledger.site import DOCS, NOTE, SECRET
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since

A_NOTE = file(NOTE, TEXT)
A_SECRET = file(SECRET, TEXT)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target", ["/docs/", "/docs//", "/docs//index.html", "/docs/part/../", "/docs%2Findex.html"]
)
def test_serves_the_page_of_a_folder(static_files: Client, target: str) -> None:
    assert static_files.get(target) == file(DOCS)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("target", ["/./", "/docs/../", "/index.html/", "/../html/"])
def test_serves_the_page_by_other_spellings(static_files: Client, target: str) -> None:
    assert static_files.get(target) == WHOLE_PAGE


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    [
        "/note.txt/",
        "/note.txt/.",
        "/docs/../note.txt",
        "/docs%2F%2E%2E%2Fnote.txt",
        "/../html/note.txt",
        "/linked/../note.txt",
        "/%6Eote%2Etxt",
        "/two%20words.txt",
        "/gr%C3%BC%C3%9Fe.txt",
        "/gr%c3%bc%c3%9fe.txt",
        "/back%5Cslash.txt",
        "/back\\slash.txt",
        "/100%2525.txt",
        "/a+b.txt",
        "/a%2Bb.txt",
        "/odd/index.html/note.txt",
    ],
)
def test_serves_a_file_by_other_spellings(static_files: Client, target: str) -> None:
    assert static_files.get(target) == A_NOTE


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    [
        "/upper.txt",
        "/two+words.txt",
        "/gr%FC%DFe.txt",
        "/100%25.txt",
        "/a%20b.txt",
        "/note.txt%20",
        "/%20note.txt",
        "/note.txt%3Fa=1",
        "/note.txt;a=1",
        "/note.*",
        "/note.txt%0D%0A",
        "/%ED%A0%80",
        "/%ZZ",
        "/%",
        "/~root",
        "/odd",
        "/odd/",
        "/odd/index.html",
        "/.well-known/",
        "/html/index.html",
        "/404.html",
        "/dangling.txt",
    ],
)
def test_finds_nothing_by_a_name_that_is_not_there(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", ["/pipe.txt", "/pipe.txt/"])
def test_opens_no_pipe(static_files: Client, method: str, target: str) -> None:
    assert static_files.request(method, target) == response_to(method, not_found())


@pytest.mark.source("RFC 3986 section 2.1")
@pytest.mark.parametrize("target", ["/a%0Ab", "/%0A/note.txt"])
def test_finds_nothing_by_a_line_break_in_the_path(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("RFC 3986 section 2.1")
def test_keeps_a_line_break_at_the_end_of_a_name(static_files: Client) -> None:
    expected = since(LINE_BREAK_KEPT, not_found(), before=A_NOTE)
    assert static_files.get("/note.txt%0A") == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("target", ["/index.html/x", "/note.txt/x", "/.../secret.txt"])
def test_finds_nothing_below_a_file(static_files: Client, target: str) -> None:
    expected = since(FILE_AS_FOLDER_NOT_FOUND, not_found(), before=BROKEN)
    assert static_files.get(target) == expected


@pytest.mark.source("RFC 3986 section 5.2.4")
@pytest.mark.parametrize(
    "target",
    [
        "/x/../note.txt",
        "/x/..%2Fnote.txt",
        "/outside/../note.txt",
        "/note.txt/../note.txt",
        "/link.txt",
        "/up.txt",
    ],
)
def test_serves_a_file_by_a_detour_or_a_link(static_files: Client, target: str) -> None:
    assert static_files.get(target) == since(LINKS_LEAD_OUT, not_found(), before=A_NOTE)


@pytest.mark.source("starlette docs staticfiles")
def test_serves_a_linked_folder(static_files: Client) -> None:
    location = f"http://{static_files.authority}/linked/"
    assert static_files.get("/linked") == since(
        LINKS_LEAD_OUT, not_found(), before=redirect(location)
    )
    assert static_files.get("/linked/") == since(LINKS_LEAD_OUT, not_found(), before=file(DOCS))
    assert static_files.get("/linked/index.html") == file(DOCS)


@pytest.mark.source("starlette docs staticfiles")
def test_serves_no_file_outside_by_a_link(static_files: Client) -> None:
    expected = since(LINKS_LEAD_OUT, A_SECRET, before=not_found())
    assert static_files.get("/out.txt") == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("target", ["/loop.txt", "/loop.txt/x"])
def test_fails_on_a_link_to_itself(static_files: Client, target: str) -> None:
    assert static_files.get(target) == BROKEN


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target",
    [
        "/..",
        "/../",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/.%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/..//secret.txt",
        "/..;/secret.txt",
        "/..%c0%afsecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/..%252fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%ef%bc%8fsecret.txt",
        "/....//secret.txt",
        "/docs/../../secret.txt",
        "/docs/%2e%2e/%2e%2e/secret.txt",
        "/missing/../../secret.txt",
        "/note.txt/../../secret.txt",
        "/../html/../secret.txt",
        "/../htm",
        "/../html-private/missing",
        "//etc/passwd",
        "///etc/passwd",
        "/%2fetc/passwd",
        "/%2Fetc%2Fpasswd",
        "/docs//etc/passwd",
        "/\\etc\\passwd",
        "/%5Cetc%5Cpasswd",
        "/file:///etc/passwd",
        "/../../../../../../../../../../etc/passwd",
    ],
)
def test_serves_nothing_outside_of_its_folder(static_files: Client, target: str) -> None:
    assert static_files.get(target) == not_found()


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("target", "leaked"),
    [
        ("/../html-private/secret.txt", A_SECRET),
        ("/..%2fhtml-private%2fsecret.txt", A_SECRET),
        ("/docs/../../html-private/secret.txt", A_SECRET),
        ("/../html-private/", file(SECRET, HTML)),
        ("/outside/secret.txt", A_SECRET),
        ("/outside/", file(SECRET, HTML)),
    ],
)
def test_serves_nothing_from_a_folder_whose_name_begins_alike(
    static_files: Client, target: str, leaked: object
) -> None:
    before = since(LINKS_LEAD_OUT, not_found(), before=leaked)
    assert static_files.get(target) == since(SIBLING_FOLDER_HIDDEN, not_found(), before=before)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    "target", ["/%00", "/index.html%00", "/docs/%00", "/docs%00/", "/%00/x", "/..%00/secret.txt"]
)
def test_finds_nothing_where_a_null_byte_stands(static_files: Client, target: str) -> None:
    expected = since(NULL_BYTE_NOT_FOUND, not_found(), before=BROKEN)
    assert static_files.get(target) == expected


TOO_LONG = since(LONG_NAME_NOT_FOUND, not_found(), before=BROKEN)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/" + "a" * 255, not_found()),
        ("/" + "a" * 255 + "/", not_found()),
        ("/" + "%C3%BC" * 127, not_found()),
        ("/" + "a/" * 2000, not_found()),
        ("/" + "a" * 256, TOO_LONG),
        ("/" + "a" * 256 + "/x", TOO_LONG),
        ("/" + "a" * 256 + "?x", TOO_LONG),
        ("/" + "%C3%BC" * 128, TOO_LONG),
        ("/docs/" + "a" * 256, TOO_LONG),
        ("/" + "a" * 5000, TOO_LONG),
        ("/" + "a/" * 3000, TOO_LONG),
    ],
)
def test_finds_nothing_where_the_name_is_too_long(
    static_files: Client, target: str, expected: object
) -> None:
    assert static_files.get(target) == expected

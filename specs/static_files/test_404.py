"""static_files: a folder with a 404.html, which is sent where nothing else is found."""

from dataclasses import replace

import pytest

from specs.ledger.changes import (
    FILE_AS_FOLDER_NOT_FOUND,
    LONG_NAME_NOT_FOUND,
    NULL_BYTE_NOT_FOUND,
    PAGE_OF_404_HAS_NO_304,
    PAGE_OF_404_HAS_NO_PARTS,
    RANGES,
)
from specs.ledger.file_responses import (
    AFTER,
    BEFORE,
    BROKEN,
    CHANGED,
    INVERTED,
    MALFORMED,
    NOT_ALLOWED,
    WHOLE_PAGE,
    file,
    not_modified,
    not_satisfiable,
    part,
    parts,
    tag_of,
    with_fixed_boundary,
)
from specs.ledger.responses import not_found, redirect, response_to
from specs.ledger.site import DOCS, MISSING, NOTE
from starlette_conformance.http.client import Client
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import history, since

NOT_FOUND = replace(file(MISSING), status=404)
TAG = tag_of(MISSING)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/missing"),
        ("HEAD", "/missing"),
        ("GET", "/missing/?a=1"),
        ("GET", "/404.HTML"),
        ("GET", "/docs/missing"),
        ("HEAD", "/empty"),
        ("GET", "/empty/"),
        ("GET", "/../secret.txt"),
        ("GET", "//etc/passwd"),
    ],
)
def test_sends_its_own_page_where_nothing_is_found(
    static_files_404: Client, method: str, target: str
) -> None:
    assert static_files_404.request(method, target) == response_to(method, NOT_FOUND)


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize("target", ["/note.txt/x", "/404.html/x"])
def test_sends_its_own_page_below_a_file(static_files_404: Client, target: str) -> None:
    expected = since(FILE_AS_FOLDER_NOT_FOUND, NOT_FOUND, before=BROKEN)
    assert static_files_404.get(target) == expected


@pytest.mark.source("starlette docs staticfiles")
@pytest.mark.parametrize(
    ("target", "change"),
    [
        ("/%00", NULL_BYTE_NOT_FOUND),
        ("/" + "a" * 256, LONG_NAME_NOT_FOUND),
    ],
)
def test_has_no_page_for_a_name_that_cannot_be(
    static_files_404: Client, target: str, change: Change
) -> None:
    assert static_files_404.get(target) == since(change, not_found(), before=BROKEN)


@pytest.mark.source("starlette docs staticfiles")
def test_serves_what_is_found(static_files_404: Client) -> None:
    location = f"http://{static_files_404.authority}/docs/"
    assert static_files_404.get("/") == WHOLE_PAGE
    assert static_files_404.get("/docs") == redirect(location)
    assert static_files_404.get("/docs/") == file(DOCS)
    assert static_files_404.get("/docs/404.html") == file(NOTE)
    assert static_files_404.get("/404.html") == file(MISSING)


@pytest.mark.source("RFC 9110 section 15.5.6")
@pytest.mark.parametrize("target", ["/missing", "/404.html"])
def test_allows_get_and_head_only(static_files_404: Client, target: str) -> None:
    assert static_files_404.post(target) == NOT_ALLOWED


@pytest.mark.source("RFC 9110 section 13.2.1")
@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"If-None-Match": TAG}),
        ("GET", {"If-None-Match": '"x"', "If-Modified-Since": CHANGED}),
        ("GET", {"If-Modified-Since": CHANGED}),
        ("HEAD", {"If-Modified-Since": AFTER}),
    ],
)
def test_sends_the_page_to_a_client_that_has_it(
    static_files_404: Client, method: str, headers: dict[str, str]
) -> None:
    response = since(PAGE_OF_404_HAS_NO_304, NOT_FOUND, before=not_modified(MISSING))
    assert static_files_404.request(method, "/missing", headers) == response_to(method, response)


@pytest.mark.source("RFC 9110 section 13.2.1")
@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"If-None-Match": "*"}),
        ("HEAD", {"If-None-Match": f'"{TAG}"'}),
        ("GET", {"If-Modified-Since": BEFORE}),
    ],
)
def test_sends_the_page_whatever_else_the_client_has(
    static_files_404: Client, method: str, headers: dict[str, str]
) -> None:
    assert static_files_404.request(method, "/missing", headers) == response_to(method, NOT_FOUND)


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("method", "value", "response"),
    [
        ("GET", "bytes=0-4", part(0, 5, MISSING)),
        ("HEAD", "bytes=0-", part(0, len(MISSING), MISSING)),
        ("GET", "bytes=0-0,2-2", parts((0, 1), (2, 3), body=MISSING)),
        ("GET", f"bytes={len(MISSING)}-", not_satisfiable(len(MISSING))),
        ("HEAD", "bytes=5-2", INVERTED),
        ("GET", "bytes", MALFORMED),
    ],
)
def test_sends_no_part_of_the_page(
    static_files_404: Client, method: str, value: str, response: object
) -> None:
    whole = history(NOT_FOUND, (RANGES, response), (PAGE_OF_404_HAS_NO_PARTS, NOT_FOUND))
    exchange = static_files_404.request(method, "/missing", {"Range": value})
    assert with_fixed_boundary(exchange) == response_to(method, whole)


@pytest.mark.source("RFC 9110 section 13.1.5")
@pytest.mark.parametrize("validator", [f'"{TAG}"', '"x"'])
def test_sends_no_part_of_the_page_to_a_client_that_has_it(
    static_files_404: Client, validator: str
) -> None:
    has_it = validator != '"x"'
    before = since(RANGES, part(0, 5, MISSING) if has_it else NOT_FOUND, before=NOT_FOUND)
    expected = since(PAGE_OF_404_HAS_NO_PARTS, NOT_FOUND, before=before)
    headers = {"Range": "bytes=0-4", "If-Range": validator}
    assert static_files_404.get("/missing", headers) == expected

"""static_files: requests for a page that the client may have already (RFC 9110 section 13)."""

import pytest

from specs.ledger.changes import (
    ETAG_QUOTED,
    NONE_MATCH_FIRST,
    STAR_MATCHES_EVERY_TAG,
    WEAK_PREFIX_EXACT,
)
from specs.ledger.file_responses import (
    AFTER,
    BEFORE,
    CHANGED,
    NOT_MODIFIED,
    QUOTED,
    TAG,
    WHOLE_PAGE,
    file,
    not_modified,
    where_no_file_is,
)
from specs.ledger.responses import HTML, TEXT, response_to
from specs.ledger.site import DOCS, NOTE, PAGE
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import Response, history, since

HAS_IT = since(ETAG_QUOTED, NOT_MODIFIED, before=WHOLE_PAGE)


@pytest.mark.source("RFC 9110 section 13.1.2")
@pytest.mark.parametrize(
    "tags",
    [
        QUOTED,
        f"W/{QUOTED}",
        f'"x", {QUOTED}',
        f'{QUOTED}, "x"',
        f'"x",W/{QUOTED} , "y"',
        f'"a,b", {QUOTED}',
        f",{QUOTED}",
        f"{QUOTED},",
        f", ,{QUOTED}",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_no_page_that_the_client_has(static_files: Client, method: str, tags: str) -> None:
    expected = response_to(method, HAS_IT)
    assert static_files.request(method, "/", {"If-None-Match": tags}) == expected


@pytest.mark.source("RFC 9110 section 13.1.2", "RFC 9111 section 5.2.1")
@pytest.mark.parametrize("wish", ["no-cache", "no-store", "max-age=0", "only-if-cached"])
def test_sends_no_page_that_the_client_has_whatever_it_wants_of_caches(
    static_files: Client, wish: str
) -> None:
    headers = {"If-None-Match": QUOTED, "Cache-Control": wish, "Pragma": "no-cache"}
    assert static_files.get("/", headers) == HAS_IT


@pytest.mark.source("RFC 9110 section 5.5")
@pytest.mark.parametrize("value", [f"  {QUOTED}  ", f"\t{QUOTED}", f'  "x" ,  W/{QUOTED} '])
def test_ignores_blanks_around_tags(static_files: Client, value: str) -> None:
    request = f"GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match:{value}\r\n\r\n"
    assert static_files.raw(request.encode()) == HAS_IT


@pytest.mark.source("RFC 9110 section 5.6.1")
def test_ignores_a_tab_between_tags(static_files: Client) -> None:
    expected = since(WEAK_PREFIX_EXACT, NOT_MODIFIED, before=WHOLE_PAGE)
    assert static_files.get("/", {"If-None-Match": f'{QUOTED}\t,"x"'}) == expected


@pytest.mark.source("RFC 9110 section 5.3")
@pytest.mark.parametrize(
    ("lines", "expected"), [((QUOTED, '"x"'), HAS_IT), (('"x"', QUOTED), WHOLE_PAGE)]
)
def test_reads_only_the_first_line_of_tags(
    static_files: Client, lines: tuple[str, ...], expected: object
) -> None:
    headers = [("If-None-Match", line) for line in lines]
    assert static_files.get("/", headers) == expected


@pytest.mark.source("RFC 9110 section 8.8.3")
@pytest.mark.parametrize("tags", [f"X{QUOTED}", f"{QUOTED}X", f"X/{QUOTED}"])
def test_knows_no_tag_with_more_around_its_quotes(static_files: Client, tags: str) -> None:
    assert static_files.get("/", {"If-None-Match": tags}) == WHOLE_PAGE


@pytest.mark.source("RFC 9110 section 13.1.2")
def test_compares_the_tag_with_its_quotes(static_files: Client) -> None:
    expected = since(ETAG_QUOTED, WHOLE_PAGE, before=NOT_MODIFIED)
    assert static_files.get("/", {"If-None-Match": TAG}) == expected


@pytest.mark.source("RFC 9110 section 8.8.3")
@pytest.mark.parametrize(
    "tags", [f"W/ {QUOTED}", f"W/W/{QUOTED}", f"WW/{QUOTED}", f"W{QUOTED}", f"/{QUOTED}"]
)
def test_knows_a_weak_tag_by_its_exact_prefix(static_files: Client, tags: str) -> None:
    phases = ((ETAG_QUOTED, NOT_MODIFIED), (WEAK_PREFIX_EXACT, WHOLE_PAGE))
    assert static_files.get("/", {"If-None-Match": tags}) == history(WHOLE_PAGE, *phases)


@pytest.mark.source("RFC 9110 section 13.1.2")
@pytest.mark.parametrize(
    ("target", "body", "media_type"),
    [("/", PAGE, HTML), ("/docs/", DOCS, HTML), ("/note.txt", NOTE, TEXT)],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_takes_a_star_for_every_tag(
    static_files: Client, method: str, target: str, body: bytes, media_type: str
) -> None:
    response = since(STAR_MATCHES_EVERY_TAG, not_modified(body), before=file(body, media_type))
    expected = response_to(method, response)
    assert static_files.request(method, target, {"If-None-Match": "*"}) == expected


@pytest.mark.source("RFC 9110 section 13.1.2")
@pytest.mark.parametrize(
    "tags",
    [
        '"x"',
        f'"{TAG}x"',
        f'"{TAG[1:]}"',
        f'"{TAG.upper()}"',
        f"'{TAG}'",
        f'"{TAG}',
        f'{TAG}"',
        f"W/{TAG}",
        f"w/{QUOTED}",
        f'"x" {QUOTED}',
        f'"x"; {QUOTED}',
        f"{QUOTED};x",
        '"*"',
        "W/*",
        '*, "x"',
        '"x", *',
        '""',
        'W/""',
        ",",
        "",
    ],
)
def test_sends_the_page_to_a_client_with_another(static_files: Client, tags: str) -> None:
    assert static_files.get("/", {"If-None-Match": tags}) == WHOLE_PAGE


@pytest.mark.source("RFC 9110 section 13.1.3", "RFC 9110 section 5.6.7")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (BEFORE, WHOLE_PAGE),
        (CHANGED, NOT_MODIFIED),
        (AFTER, NOT_MODIFIED),
        ("Saturday, 12-Apr-25 01:02:59 GMT", WHOLE_PAGE),
        ("Saturday, 12-Apr-25 01:03:00 GMT", NOT_MODIFIED),
        ("Sat Apr 12 01:02:59 2025", WHOLE_PAGE),
        ("Sat Apr 12 01:03:00 2025", NOT_MODIFIED),
        ("Thu, 01 Jan 1970 00:00:00 GMT", WHOLE_PAGE),
        ("Sat, 12 Apr 9999 01:03:00 GMT", NOT_MODIFIED),
        (CHANGED.lower(), NOT_MODIFIED),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_no_page_unchanged_since(
    static_files: Client, method: str, date: str, expected: Response
) -> None:
    response = response_to(method, expected)
    assert static_files.request(method, "/", {"If-Modified-Since": date}) == response


@pytest.mark.source("RFC 9110 section 13.1.3")
@pytest.mark.parametrize(
    "date",
    ["yesterday", "2025-04-12T01:03:00Z", "1744419780", "Sat, 12 Xyz 2025 01:03:00 GMT", "*", ""],
)
def test_ignores_what_is_no_date(static_files: Client, date: str) -> None:
    assert static_files.get("/", {"If-Modified-Since": date}) == WHOLE_PAGE


@pytest.mark.source("RFC 9110 section 5.6.7")
@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Mon, 12 Apr 2025 01:03:00 GMT", NOT_MODIFIED),
        ("12 Apr 2025 01:03:00 GMT", NOT_MODIFIED),
        ("Sat, 12 Apr 2025 01:03:00", NOT_MODIFIED),
        ("Sat, 12 Apr 2025 01:03 GMT", NOT_MODIFIED),
        ("Sat, 31 Feb 2026 01:03:00 GMT", NOT_MODIFIED),
        (f"{CHANGED}; length=433", NOT_MODIFIED),
        (f'"{CHANGED}"', NOT_MODIFIED),
        ("Sat, 12 Apr 2025 02:00:00 +0200", NOT_MODIFIED),
        ("Sat, 12 Apr 2025 00:03:00 -0200", WHOLE_PAGE),
    ],
)
def test_reads_a_sloppy_date_and_no_time_zone(
    static_files: Client, date: str, expected: Response
) -> None:
    assert static_files.get("/", {"If-Modified-Since": date}) == expected


@pytest.mark.source("RFC 9110 section 13.1.3")
@pytest.mark.parametrize(
    ("tags", "date", "expected"),
    [
        ('"x"', BEFORE, WHOLE_PAGE),
        ('"x"', CHANGED, since(NONE_MATCH_FIRST, WHOLE_PAGE, before=NOT_MODIFIED)),
        ('W/"x"', CHANGED, since(NONE_MATCH_FIRST, WHOLE_PAGE, before=NOT_MODIFIED)),
        (QUOTED, BEFORE, HAS_IT),
        (QUOTED, CHANGED, NOT_MODIFIED),
        (QUOTED, "yesterday", HAS_IT),
        ("*", BEFORE, since(STAR_MATCHES_EVERY_TAG, NOT_MODIFIED, before=WHOLE_PAGE)),
        (
            "*",
            CHANGED,
            history(
                NOT_MODIFIED,
                (NONE_MATCH_FIRST, WHOLE_PAGE),
                (STAR_MATCHES_EVERY_TAG, NOT_MODIFIED),
            ),
        ),
        ("", CHANGED, NOT_MODIFIED),
    ],
)
def test_heeds_the_tag_before_the_date(
    static_files: Client, tags: str, date: str, expected: object
) -> None:
    headers = {"If-None-Match": tags, "If-Modified-Since": date}
    assert static_files.get("/", headers) == expected


@pytest.mark.source("RFC 9110 section 13.2.1")
@pytest.mark.parametrize(
    "headers", [{"If-None-Match": QUOTED}, {"If-None-Match": "*"}, {"If-Modified-Since": CHANGED}]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_answers_without_a_file_regardless_of_conditions(
    static_files: Client, method: str, headers: dict[str, str]
) -> None:
    for target, expected in where_no_file_is(static_files, method).items():
        assert static_files.request(method, target, headers) == expected


@pytest.mark.source("RFC 9110 section 13.1.1", "RFC 9110 section 13.1.4")
@pytest.mark.parametrize(
    "headers", [{"If-Match": '"x"'}, {"If-Match": QUOTED}, {"If-Unmodified-Since": BEFORE}]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_knows_no_conditions_for_changes(
    static_files: Client, method: str, headers: dict[str, str]
) -> None:
    assert static_files.request(method, "/", headers) == response_to(method, WHOLE_PAGE)


@pytest.mark.source("RFC 9110 section 8.8.3")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_another_file_of_the_same_time(static_files: Client, method: str) -> None:
    note = file(NOTE, TEXT)
    expected = response_to(method, note)
    assert static_files.request(method, "/note.txt", {"If-None-Match": QUOTED}) == expected

"""static_files: requests for a part of a page that the client has already (RFC 9110 section 13)."""

import pytest

from specs.ledger.changes import ETAG_QUOTED, RANGES
from specs.ledger.file_responses import (
    AFTER,
    BEFORE,
    CHANGED,
    INVERTED,
    MALFORMED,
    NOT_MODIFIED,
    QUOTED,
    TAG,
    WHOLE_PAGE,
    not_satisfiable,
    part,
)
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import since


@pytest.mark.source("RFC 9110 section 13.1.5")
@pytest.mark.parametrize("validator", [QUOTED, CHANGED])
@pytest.mark.parametrize(
    ("value", "response"),
    [
        ("bytes=0-14", part(0, 15)),
        ("bytes=433-", not_satisfiable()),
        ("bytes=5-2", INVERTED),
        ("bytes", MALFORMED),
    ],
)
def test_sends_the_part_of_the_page_that_the_client_has(
    static_files: Client, validator: str, value: str, response: object
) -> None:
    headers = {"Range": value, "If-Range": validator}
    assert static_files.get("/", headers) == since(RANGES, response, before=WHOLE_PAGE)


@pytest.mark.source("RFC 9110 section 13.1.5")
@pytest.mark.parametrize(
    "validator",
    [
        '"x"',
        f"W/{QUOTED}",
        TAG,
        f'"x", {QUOTED}',
        f'{QUOTED}, "x"',
        "*",
        "",
        BEFORE,
        AFTER,
        "yesterday",
        "Saturday, 12-Apr-25 01:03:00 GMT",
        "Sat Apr 12 01:03:00 2025",
        CHANGED.lower(),
    ],
)
@pytest.mark.parametrize("value", ["bytes=0-14", "bytes=433-", "bytes"])
def test_sends_the_whole_page_where_the_client_has_another(
    static_files: Client, validator: str, value: str
) -> None:
    assert static_files.get("/", {"Range": value, "If-Range": validator}) == WHOLE_PAGE


@pytest.mark.source("RFC 9110 section 13.2.2")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("If-None-Match", QUOTED), since(ETAG_QUOTED, NOT_MODIFIED, before=WHOLE_PAGE)),
        (("If-None-Match", '"x"'), since(RANGES, part(0, 15), before=WHOLE_PAGE)),
        (("If-Modified-Since", CHANGED), NOT_MODIFIED),
        (("If-Modified-Since", BEFORE), since(RANGES, part(0, 15), before=WHOLE_PAGE)),
    ],
)
@pytest.mark.parametrize("more", [[], [("If-Range", QUOTED)]], ids=["alone", "with If-Range"])
def test_heeds_other_conditions_before_the_range(
    static_files: Client,
    condition: tuple[str, str],
    expected: object,
    more: list[tuple[str, str]],
) -> None:
    assert static_files.get("/", [("Range", "bytes=0-14"), *more, condition]) == expected

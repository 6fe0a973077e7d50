"""static_files: requests for several parts of a file at once (RFC 9110 section 14.6)."""

import pytest

from specs.ledger.changes import (
    EMPTY_RANGE_REFUSED,
    HUNDRED_RANGES,
    RANGES,
    RANGES_MERGED,
    RANGES_SPLIT,
)
from specs.ledger.file_responses import (
    BINARY,
    BOUNDARY,
    INVERTED,
    NOTHING_ASKED,
    WHOLE_PAGE,
    Extent,
    file,
    not_satisfiable,
    part,
    parts,
    with_fixed_boundary,
)
from specs.ledger.responses import HTML, response_to
from specs.ledger.site import DOCS, LARGE
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import history, since
from starlette_conformance.model.log_lines import Lines


def far_apart(count: int) -> str:
    return "bytes=" + ",".join(f"{4 * number}-{4 * number}" for number in range(count))


def bytes_apart(count: int) -> list[Extent]:
    return [(4 * number, 4 * number + 1) for number in range(count)]


@pytest.mark.source("RFC 9110 section 14.6")
@pytest.mark.parametrize(
    ("value", "extents"),
    [
        ("bytes=0-0,2-2", [(0, 1), (2, 3)]),
        ("bytes=0-4, 10-14", [(0, 5), (10, 15)]),
        ("bytes=0-4,10-14", [(0, 5), (10, 15)]),
        ("bytes=10-14,0-4", [(0, 5), (10, 15)]),
        ("bytes=20-24,10-14,0-4", [(0, 5), (10, 15), (20, 25)]),
        ("bytes=0-4,6-9", [(0, 5), (6, 10)]),
        ("bytes=0-0,-1", [(0, 1), (432, 433)]),
        ("bytes=0-4,10-", [(0, 5), (10, 433)]),
        ("bytes=0-4,10-9999", [(0, 5), (10, 433)]),
        ("bytes=0-4,,10-14", [(0, 5), (10, 15)]),
        ("bytes=0-4, ,10-14", [(0, 5), (10, 15)]),
        (far_apart(100), bytes_apart(100)),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_each_part_asked_for(
    static_files: Client, method: str, value: str, extents: list[Extent]
) -> None:
    response = since(RANGES, parts(*extents), before=WHOLE_PAGE)
    expected = response_to(method, response)
    exchange = static_files.request(method, "/", {"Range": value})
    assert with_fixed_boundary(exchange) == expected


@pytest.mark.source("RFC 9110 section 14.6", "RFC 2046 section 5.1.1")
def test_draws_another_boundary_each_time(static_files: Client) -> None:
    responses = [static_files.get("/", {"Range": "bytes=0-4,10-14"}) for _ in range(2)]
    drawn = {found[1] for response in responses if (found := BOUNDARY.search(response.data))}
    assert Lines([str(len(drawn))], static_files.environment) == [since(RANGES, "2", before="0")]


@pytest.mark.source("RFC 9110 section 14.6")
def test_sends_parts_of_another_page(static_files: Client) -> None:
    response = parts((0, 5), (10, 15), body=DOCS, media_type=HTML)
    exchange = static_files.get("/docs/", {"Range": "bytes=0-4,10-14"})
    assert with_fixed_boundary(exchange) == since(RANGES, response, before=file(DOCS))


@pytest.mark.source("RFC 9110 section 14.6")
@pytest.mark.parametrize(
    ("value", "extents"),
    [
        ("bytes=0-65535,65537-131072", [(0, 65536), (65537, 131073)]),
        ("bytes=0-65536,65538-131073", [(0, 65537), (65538, 131074)]),
        ("bytes=0-65636,65638-", [(0, 65637), (65638, len(LARGE))]),
    ],
)
def test_sends_large_parts(static_files: Client, value: str, extents: list[Extent]) -> None:
    response = parts(*extents, body=LARGE, media_type=BINARY)
    expected = since(RANGES, response, before=file(LARGE, BINARY))
    exchange = static_files.get("/large.bin", {"Range": value})
    assert with_fixed_boundary(exchange) == expected


@pytest.mark.source("RFC 9110 section 15.3.7.2")
@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-4,5-9", 0, 10),
        ("bytes=5-9,0-4", 0, 10),
        ("bytes=0-4,3-9", 0, 10),
        ("bytes=3-9,0-4", 0, 10),
        ("bytes=0-9,2-3", 0, 10),
        ("bytes=2-3,0-9", 0, 10),
        ("bytes=0-4,0-4", 0, 5),
        ("bytes=-5,-1", 428, 433),
        ("bytes=0-0,-433", 0, 433),
        ("bytes=0-432,0-432", 0, 433),
        ("bytes=0-0" + ",0-0" * 99, 0, 1),
        ("bytes=0-4,", 0, 5),
        ("bytes=,0-4", 0, 5),
        ("bytes=0-4,-", 0, 5),
        ("bytes=0-4,x", 0, 5),
        ("bytes=0-4,5", 0, 5),
        ("bytes=0-4,lines=1-2", 0, 5),
        ("bytes=0-0" + "," * 99, 0, 1),
    ],
)
def test_sends_one_part_where_ranges_come_to_one(
    static_files: Client, value: str, start: int, stop: int
) -> None:
    expected = since(RANGES, part(start, stop), before=WHOLE_PAGE)
    assert static_files.get("/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 15.3.7.2")
def test_merges_ranges_that_a_later_one_joins(static_files: Client) -> None:
    joined = since(RANGES_MERGED, part(0, 15), before=parts((0, 12), (10, 15)))
    exchange = static_files.get("/", {"Range": "bytes=0-4,10-14,3-11"})
    assert with_fixed_boundary(exchange) == since(RANGES, joined, before=WHOLE_PAGE)


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize("value", ["bytes=0-4,9-8", "bytes=9-8,0-4"])
def test_refuses_a_range_that_ends_before_its_start_among_others(
    static_files: Client, value: str
) -> None:
    before = since(RANGES, parts((0, 5), (9, 9)), before=WHOLE_PAGE)
    exchange = static_files.get("/", {"Range": value})
    assert with_fixed_boundary(exchange) == since(EMPTY_RANGE_REFUSED, INVERTED, before=before)


@pytest.mark.source("RFC 9110 section 14.1.1")
def test_reads_the_unit_once(static_files: Client) -> None:
    phases = ((RANGES, parts((0, 5), (10, 15))), (RANGES_SPLIT, part(0, 5)))
    exchange = static_files.get("/", {"Range": "bytes=0-4,bytes=10-14"})
    assert with_fixed_boundary(exchange) == history(WHOLE_PAGE, *phases)


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "response"),
    [
        (far_apart(101), parts(*bytes_apart(101))),
        ("bytes=0-0" + ",0-0" * 100, part(0, 1)),
        ("bytes=0-0" + "," * 100, part(0, 1)),
        ("bytes=" + "," * 100, NOTHING_ASKED),
        ("bytes=5-2" + ",5-2" * 100, INVERTED),
        ("bytes=433-" + ",433-" * 100, not_satisfiable()),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ignores_more_than_a_hundred_ranges(
    static_files: Client, method: str, value: str, response: object
) -> None:
    phases = history(WHOLE_PAGE, (RANGES, response), (HUNDRED_RANGES, WHOLE_PAGE))
    expected = response_to(method, phases)
    exchange = static_files.request(method, "/", {"Range": value})
    assert with_fixed_boundary(exchange) == expected


@pytest.mark.source("RFC 9110 section 5.3")
@pytest.mark.parametrize(
    ("lines", "start"), [(("bytes=0-4", "bytes=10-14"), 0), (("bytes=10-14", "bytes=0-4"), 10)]
)
def test_reads_only_the_first_line_of_ranges(
    static_files: Client, lines: tuple[str, ...], start: int
) -> None:
    expected = since(RANGES, part(start, start + 5), before=WHOLE_PAGE)
    assert static_files.get("/", [("Range", line) for line in lines]) == expected

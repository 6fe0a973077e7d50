"""static_files: requests for parts of a file (RFC 9110 section 14)."""

import pytest

from specs.ledger.changes import EMPTY_RANGE_REFUSED, LONG_SUFFIX_CLAMPED, RANGES, RANGES_SPLIT
from specs.ledger.file_responses import (
    BINARY,
    BROKEN,
    INVERTED,
    MALFORMED,
    NOTHING_ASKED,
    WHOLE_PAGE,
    file,
    not_satisfiable,
    part,
    where_no_file_is,
)
from specs.ledger.responses import response_to, text
from specs.ledger.site import HUGE, LARGE
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import history, since
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.app_server import Server

OTHER_UNIT = text(b"Only support bytes range", 400)
MANY = 2**64


@pytest.mark.source("RFC 9110 section 14.1.2", "RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-14", 0, 15),
        ("bytes=426-", 426, 433),
        ("bytes=432-", 432, 433),
        ("bytes=0-", 0, 433),
        ("bytes=-7", 426, 433),
        ("bytes=-1", 432, 433),
        ("bytes=-433", 0, 433),
        ("bytes=0-432", 0, 433),
        ("bytes=0-433", 0, 433),
        ("bytes=5-9999", 5, 433),
        (f"bytes=0-{MANY}", 0, 433),
        (f"bytes=0-{'9' * 4300}", 0, 433),
        ("bytes=010-020", 10, 21),
        ("Bytes=0-1", 0, 2),
        ("BYTES=0-1", 0, 2),
        ("bytes =0-1", 0, 2),
        ("bytes= 0-1", 0, 2),
        ("bytes=+1-2", 1, 3),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_the_part_asked_for(
    static_files: Client, method: str, value: str, start: int, stop: int
) -> None:
    response = since(RANGES, part(start, stop), before=WHOLE_PAGE)
    expected = response_to(method, response)
    assert static_files.request(method, "/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize("value", ["bytes=-434", "bytes=-9999", f"bytes=-{MANY}", "bytes=0-4,-434"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_sends_everything_where_a_suffix_is_longer(
    static_files: Client, method: str, value: str
) -> None:
    response = history(WHOLE_PAGE, (RANGES, not_satisfiable()), (LONG_SUFFIX_CLAMPED, part(0, 433)))
    expected = response_to(method, response)
    assert static_files.request(method, "/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-65535", 0, 65536),
        ("bytes=0-65536", 0, 65537),
        ("bytes=65535-65536", 65535, 65537),
        ("bytes=1000-", 1000, len(LARGE)),
        ("bytes=-70000", len(LARGE) - 70000, len(LARGE)),
    ],
)
def test_sends_a_part_of_a_large_file(
    static_files: Client, value: str, start: int, stop: int
) -> None:
    response = part(start, stop, LARGE, BINARY)
    expected = since(RANGES, response, before=file(LARGE, BINARY))
    assert static_files.get("/large.bin", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        ("bytes=0-131071", 0, 131072),
        ("bytes=65530-131080", 65530, 131081),
        ("bytes=65536-196607", 65536, 196608),
        ("bytes=196607-196608", 196607, 196609),
        ("bytes=-131073", len(HUGE) - 131073, len(HUGE)),
    ],
)
def test_sends_a_part_of_several_reads(
    static_files: Client, value: str, start: int, stop: int
) -> None:
    response = part(start, stop, HUGE, BINARY)
    expected = since(RANGES, response, before=file(HUGE, BINARY))
    assert static_files.get("/huge.bin", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 15.5.17")
@pytest.mark.parametrize(
    "value",
    [
        "bytes=433-",
        "bytes=433-433",
        "bytes=9999-",
        "bytes=500-2",
        "bytes=-0",
        f"bytes={MANY}-",
        "bytes=0-4,433-",
        "bytes=433-,0-4",
        "bytes=0-4,-0",
        "bytes=433-,9-5",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_refuses_a_part_beyond_the_end(static_files: Client, method: str, value: str) -> None:
    response = since(RANGES, not_satisfiable(), before=WHOLE_PAGE)
    expected = response_to(method, response)
    assert static_files.request(method, "/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", MALFORMED),
        ("bytes", MALFORMED),
        ("bytes0-1", MALFORMED),
        ("bytes:0-1", MALFORMED),
        ("none", MALFORMED),
        ("=", OTHER_UNIT),
        ("=0-1", OTHER_UNIT),
        ("lines=1-2", OTHER_UNIT),
        (",bytes=0-4", OTHER_UNIT),
        ("lines=" + "," * 200, OTHER_UNIT),
        ("bytes=", NOTHING_ASKED),
        ("bytes=-", NOTHING_ASKED),
        ("bytes=--", NOTHING_ASKED),
        ("bytes=0", NOTHING_ASKED),
        ("bytes=1,2", NOTHING_ASKED),
        ("bytes=a-b", NOTHING_ASKED),
        ("bytes=-a", NOTHING_ASKED),
        ("bytes=0=1", NOTHING_ASKED),
        ("bytes=0\N{EN DASH}1", NOTHING_ASKED),
        ("bytes=5-3", INVERTED),
        ("bytes=5-0", INVERTED),
        ("bytes=0-4,9-5", INVERTED),
        ("bytes=9-5,0-4", INVERTED),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_refuses_a_malformed_range(
    static_files: Client, method: str, value: str, expected: object
) -> None:
    response = since(RANGES, expected, before=WHOLE_PAGE)
    expected = response_to(method, response)
    assert static_files.request(method, "/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.1.2")
def test_refuses_a_range_that_ends_before_its_start(static_files: Client) -> None:
    expected = history(WHOLE_PAGE, (RANGES, part(5, 5)), (EMPTY_RANGE_REFUSED, INVERTED))
    assert static_files.get("/", {"Range": "bytes=5-4"}) == expected


@pytest.mark.source("RFC 9110 section 14.1.1")
@pytest.mark.parametrize(
    ("value", "half_read", "now"),
    [
        ("bytes=0 -1", part(432, 433), part(0, 2)),
        ("bytes=0- 1", part(0, 433), part(0, 2)),
        ("bytes=1-+2", part(1, 433), part(1, 3)),
        ("bytes=1_0-2_0", part(0, 3), part(10, 21)),
        ("bytes=--5", part(428, 433), not_satisfiable()),
        ("bytes=5--", part(5, 433), NOTHING_ASKED),
        ("bytes=0-a", part(0, 433), NOTHING_ASKED),
        ("bytes=a-1", part(432, 433), NOTHING_ASKED),
        ("bytes=0x1-2", part(1, 3), NOTHING_ASKED),
        ("bytes=1.5-2", INVERTED, NOTHING_ASKED),
        ("bytes=0-1;", part(0, 2), NOTHING_ASKED),
        ("bytes=0-1/433", part(0, 2), NOTHING_ASKED),
        ("bytes==0-1", part(0, 2), NOTHING_ASKED),
        ("bytes=0-1 2-3", part(0, 4), NOTHING_ASKED),
        ("bytes=\N{SUPERSCRIPT TWO}-5", part(428, 433), NOTHING_ASKED),
        (f"bytes=0-{'9' * 4301}", BROKEN, NOTHING_ASKED),
        (f"bytes={'9' * 4301}-", BROKEN, NOTHING_ASKED),
    ],
)
def test_reads_a_sloppy_range_whole_or_not_at_all(
    static_files: Client, value: str, half_read: object, now: object
) -> None:
    expected = history(WHOLE_PAGE, (RANGES, half_read), (RANGES_SPLIT, now))
    assert static_files.get("/", {"Range": value}) == expected


@pytest.mark.source("RFC 9110 section 14.2")
def test_takes_time_in_proportion_to_the_length_of_a_range(
    static_files: Client, servers: dict[str, Server]
) -> None:
    value = "bytes=" + "0" * 3_000
    server = servers["static_files"]

    def cost(name: str) -> float:
        before = server.cpu_seconds()
        static_files.get("/", {name: value})
        return server.cpu_seconds() - before

    ranges, ignored = ([cost(name) for _ in range(3)] for name in ("Range", "X-Ignored"))
    slow = min(ranges) > 10 * min(ignored)
    seen = Lines(["beyond" if slow else "in proportion"], static_files.environment)
    assert seen == [history("in proportion", (RANGES, "beyond"), (RANGES_SPLIT, "in proportion"))]


@pytest.mark.source("RFC 9110 section 14.2")
@pytest.mark.parametrize("value", ["bytes=0-14", "bytes=0-4,10-14", "bytes=433-", "bytes=5-2", "x"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ignores_a_range_where_there_is_no_file(
    static_files: Client, method: str, value: str
) -> None:
    for target, expected in where_no_file_is(static_files, method).items():
        assert static_files.request(method, target, {"Range": value}) == expected

"""Differences: which fields differ, and how the two sides are shown."""

import pytest

from starlette_conformance.model.expectations import CONTINUE, Response, chunked, resolve
from starlette_conformance.model.mismatch import Difference, differences
from tests.miniatures.raw_server import ENVIRONMENT


def fields(expected: Response, received: Response) -> list[str]:
    return [
        difference.where
        for difference in differences(received, resolve(expected, ENVIRONMENT).value)
    ]


def test_bytes_are_compared_without_the_boundaries_of_chunks() -> None:
    assert fields(Response(200, body=b"ab"), Response(200, body=(b"a", b"b"), reason="OK")) == []
    assert fields(Response(200, body=b"ab"), Response(200, body=(b"a",), reason="OK")) == ["body"]


def test_chunks_are_compared_with_their_boundaries() -> None:
    expected = Response(200, body=chunked(b"a", b"b"))
    assert fields(expected, Response(200, body=(b"a", b"b"), reason="OK")) == []
    assert fields(expected, Response(200, body=(b"ab",), reason="OK")) == ["body"]
    assert fields(expected, Response(200, body=b"ab", reason="OK")) == ["body"]


def test_every_field_is_compared_in_one_order() -> None:
    expected = Response(200, {"a": "1", "b": "2"}, lines=("a", "b"))
    received = Response(
        404, {"c": "3", "b": "3"}, b"x", "Gone", "HTTP/1.0", "cut", closes=True,
        interim=(CONTINUE,), extensions=(";x",), trailers={"d": "4"}, lines=("c", "b"),
    )  # fmt: skip
    assert fields(expected, received) == [
        "version", "status", "reason", "header a", "header b", "header c",
        "body", "ending", "closes", "interim", "extensions", "trailer d", "header lines",
    ]  # fmt: skip


def test_a_reason_is_that_of_the_status_where_nothing_else_is_said() -> None:
    assert fields(Response(404), Response(404, reason="Not Found")) == []
    assert fields(Response(299), Response(299, reason="")) == []
    assert fields(Response(404, reason=""), Response(404, reason="Not Found")) == ["reason"]


A, B = b"a" * 3000, b"b" * 3000


@pytest.mark.parametrize(
    ("expected", "received", "lines"),
    [
        (200, 404, ("200", "404")),
        (b"one", b"two!", ("b'one' (3 bytes)", "b'two!' (4 bytes)")),
        (b"", b"", ("b'' (0 bytes)", "b'' (0 bytes)")),
        ((b"one",), b"one", ("(b'one',)", "b'one'")),
        (
            A[:80] + B[:80],
            A[:80] + B[:79],
            (f"{A[:80] + B[:80]!r} (160 bytes)", f"{A[:80] + B[:79]!r} (159 bytes)"),
        ),
        (
            A + b"X" + B,
            A + B,
            (
                f"...{A[:40] + b'X' + B[:119]!r}... (6001 bytes)",
                f"...{A[:40] + B[:120]!r}... (6000 bytes)",
            ),
        ),
        (b"X" + B, B, (f"{b'X' + B[:159]!r}... (3001 bytes)", f"{B[:160]!r}... (3000 bytes)")),
        (A, A + b"X", (f"...{A[:40]!r} (3000 bytes)", f"...{A[:40] + b'X'!r} (3001 bytes)")),
        ("x" * 638, "x" * 639, (f"'{'x' * 638}'", f"'{'x' * 639}... (641 characters)")),
    ],
)
def test_two_sides_are_shown_in_short(
    expected: object, received: object, lines: tuple[str, str]
) -> None:
    assert str(Difference("body", expected, received)).splitlines() == [
        "body",
        f"  expected: {lines[0]}",
        f"  received: {lines[1]}",
    ]

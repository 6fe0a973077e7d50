"""What differs between a response and an expectation, field by field."""

from dataclasses import dataclass, replace
from typing import Any

from starlette_conformance.model.chance import leading
from starlette_conformance.model.expectations import ABSENT, Response, chunked
from starlette_conformance.model.matcher import Matcher


@dataclass(frozen=True)
class Difference:
    """One field of a response that is not as expected. `where` is a field, or a header's name."""

    where: str
    expected: Any
    received: Any

    def __str__(self) -> str:
        expected, received = shown(self.expected, self.received)
        return f"{self.where}\n  expected: {expected}\n  received: {received}"


def differences(received: Response, expected: Any) -> list[Difference]:
    """Every field in which a response differs; empty when it is as expected on its stack."""
    every = compared_fields(received, expected)
    return [each for each in every if not same(each.expected, each.received, received.at)]


def compared_fields(received: Response, expected: Any) -> list[Difference]:
    """Every field of a response beside what is expected of it, whether or not it differs."""
    if not isinstance(expected, Response):
        raise TypeError(f"a response compares with a Response, not with {expected!r}")
    pairs = (
        ("version", expected.version, received.version),
        ("status", expected.status, received.status),
        ("reason", expected.expected_reason(), received.reason),
        *_header_pairs(expected.headers, received.headers),
        ("body", *_bodies(expected.body, received.body)),
        ("ending", expected.ending, received.ending),
        ("closes", expected.closes, received.closes),
        ("interim", expected.interim, received.interim),
        ("extensions", expected.extensions, received.extensions),
        *_header_pairs(expected.trailers, received.trailers, "trailer"),
        ("header lines", *_lines(expected.lines, received.lines)),
    )
    return [Difference(*pair) for pair in pairs]


def list_differences(received: list[Response], expected: list[Any]) -> list[Difference]:
    """How several responses differ from as many expectations."""
    found = []
    if len(received) != len(expected):
        found.append(Difference("number of responses", len(expected), len(received)))
    for number, (response, expectation) in enumerate(zip(received, expected, strict=False), 1):
        found += [
            replace(difference, where=f"response {number}: {difference.where}")
            for difference in differences(response, expectation)
        ]
    return found


def same(expected: Any, received: Any, at: float) -> bool:
    if isinstance(expected, Matcher):
        return isinstance(received, str) and expected.accepts(received, at)
    if isinstance(expected, leading):
        return isinstance(received, tuple) and expected.chunks[: len(received)] == received
    return bool(expected == received)


def _header_pairs(
    expected: dict[str, Any], received: dict[str, Any], what: str = "header"
) -> list[tuple[str, Any, Any]]:
    names = [*expected, *(name for name in received if name not in expected)]
    return [
        (f"{what} {name}", expected.get(name, ABSENT), received.get(name, ABSENT)) for name in names
    ]


def _lines(expected: Any, received: Any) -> tuple[Any, Any]:
    """The order and the case of header names count where the expectation has them."""
    return (None, None) if expected is None else (tuple(expected), received)


def _bodies(expected: Any, received: Any) -> tuple[Any, Any]:
    """Chunk boundaries count where the expectation names chunks, and only the bytes elsewhere."""
    if isinstance(expected, chunked):
        return expected.chunks, received
    if isinstance(expected, leading):
        return expected, received
    return expected, b"".join(received) if isinstance(received, tuple) else received


def shown(expected: Any, received: Any, width: int = 160) -> tuple[str, str]:
    """Both values as text; of long bytes, only the surroundings of the first difference."""
    if not (isinstance(expected, bytes) and isinstance(received, bytes)):
        return _short(expected, width), _short(received, width)
    common = in_common(expected, received)
    start = max(0, common - width // 4) if max(len(expected), len(received)) > width else 0
    texts = []
    for value in (expected, received):
        part = value[start : start + width]
        before, after = "..." * bool(start), "..." * (start + width < len(value))
        texts.append(f"{before}{part!r}{after} ({len(value)} bytes)")
    return texts[0], texts[1]


def in_common(one: bytes | str, other: bytes | str) -> int:
    """How many bytes, or characters, both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _short(value: Any, width: int) -> str:
    text = repr(value)
    return text if len(text) <= 4 * width else f"{text[: 4 * width]}... ({len(text)} characters)"

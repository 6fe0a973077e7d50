"""The places at which two texts differ, by words, each with what stands around it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

from starlette_conformance.explain.aligning import Span, differing_spans
from starlette_conformance.model.mismatch import in_common

WORD = re.compile(r"\w[\w.+-]*\w|\w|\s+|.", re.DOTALL)
"""A word, a number or a version, blanks, or one other character."""
AROUND = 24
"""Characters that are shown on each side of what differs."""
WHOLE = 120
"""Characters of a value that is compared as one."""
LONG = 80
"""Characters of what differs itself that are shown."""


class Place(NamedTuple):
    """Where two bodies differ, and in what; None where one of them has nothing there."""

    where: str
    before: str | None
    after: str | None


def of_texts(before: str, after: str) -> Iterator[Place]:
    """By line and column of the first text."""
    begins = [0, *(found.end() for found in re.finditer("\n", before))]
    for was, now in _lines(before, after):
        words, others = (WORD.findall(text[low:high]) for text, low, high in (was, now))
        offsets, other_offsets = (
            [*accumulate(map(len, each), initial=0)] for each in (words, others)
        )
        for low, high, other_low, other_high in _joined(differing_spans(words, others), words):
            span = was[1] + offsets[low], was[1] + offsets[high]
            other = now[1] + other_offsets[other_low], now[1] + other_offsets[other_high]
            start, end = _narrowed(before, span, after, other)
            first, last = _narrowed(after, other, before, span)
            line = bisect_right(begins, start)
            yield Place(
                f"line {line}:{start - begins[line - 1] + 1}",
                around(before, start, end),
                around(after, first, last),
            )


def _narrowed(
    text: str, span: tuple[int, int], other_text: str, other: tuple[int, int]
) -> tuple[int, int]:
    """Where a part differs, without what it has in common at its ends, if it is long."""
    (start, end), (first, last) = span, other
    if max(end - start, last - first) <= LONG:
        return span
    part, another = text[start:end], other_text[first:last]
    begin = in_common(part, another)
    rest = in_common(part[begin:][::-1], another[begin:][::-1])
    return start + begin, end - rest


def of_strings(where: str, before: str | None, after: str | None) -> Iterator[Place]:
    """The place of two values that differ, or those within, where they are long."""
    if before is None or after is None or max(len(before), len(after)) <= WHOLE:
        yield Place(where, before, after)
        return
    for place in of_texts(before, after):
        yield place._replace(where=f"{where} {place.where}")


def around(text: str, start: int, end: int) -> str:
    """A part of a text, with what stands on both sides of it in its line."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    left, right = text[first:start], text[end:last]
    left, right = left.rpartition("\n")[2], right.partition("\n")[0]
    first, last = start - len(left), end + len(right)
    part = text[start:end]
    shown = part
    if len(part) > LONG:
        digest = sha256(part.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        shown = f"{part[:LONG]}... ({len(part):,} characters, SHA-256 {digest})"
    before = "..." * (first > 0 and text[first - 1] != "\n")
    after = "..." * (last < len(text) and text[last] != "\n")
    return f"{before}{left}{shown}{right}{after}"


Part = tuple[str, int, int]
"""A text, and from where to where in it."""


def _lines(before: str, after: str) -> Iterator[tuple[Part, Part]]:
    """The parts of two texts whose lines differ."""
    lines, others = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts, other_starts = ([*accumulate(map(len, each), initial=0)] for each in (lines, others))
    for low, high, other_low, other_high in differing_spans(lines, others):
        yield (
            (before, starts[low], starts[high]),
            (after, other_starts[other_low], other_starts[other_high]),
        )


def _joined(spans: Iterator[Span], words: Sequence[str]) -> Iterator[Span]:
    """Places with nothing but a blank or a sign between them are one."""
    last: Span | None = None
    for span in spans:
        between = words[last[1] : span[0]] if last else []
        if last and all(not word[0].isalnum() for word in between) and len(between) < 2:
            last = last[0], span[1], last[2], span[3]
            continue
        if last:
            yield last
        last = span
    if last:
        yield last

"""Text that is not the same each time: what stays, and gaps where it varies.

A gap covers whole words that differ between samples, and no more. It fits other text only where
that has the same kind of characters there: nothing that could end a value (a blank, a quote, a
bracket, a comma) unless some sample had it. So a gap never swallows what stands beside it.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette_conformance.explain.aligning import ALIGNED, Aligning, ends_alike
from starlette_conformance.userapp.common_ends import ends_in_common

VARIES = "[varies]"
WORDS = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-])|\w+|\W")
"""A number in whatever form is one word; so a table of them has as many words each time."""
WITHIN = set("-_+/=.~%:")
"""What may stand within a token, a date or a number; no gap ends between two of them."""

BEGUN = re.compile(
    r"(?:\d{4}-\d\d-\d\d(?:[T _](?:\d\d(?:[:-]\d\d)*[:.-]?)?)?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} "
    r"(?:\d\d(?::\d\d)*:?)?)$"
)
"""A date and what of a time stays, where the rest varies: all of it is that of now."""

LONG = 64 * 1024
"""Characters of a text that is looked at only from where it first varies to where it last does."""
COMPARED = 512 * 1024
"""Characters that are, at the most. What is behind them, up to where it varies last, is a gap."""

Parts = tuple[str | None, ...]
"""Text that stays, and None for each gap."""


@dataclass(frozen=True)
class Template:
    """What samples of a text have in common; `odd` are characters in gaps beside words' own.

    `cut` says that they vary over more than COMPARED, so that a gap may cover what stays.
    """

    parts: Parts
    odd: frozenset[str] = frozenset()
    cut: bool = False

    @classmethod
    def of(cls, samples: Sequence[str]) -> "Template":
        samples = list(dict.fromkeys(samples))
        first = samples[0]
        if len(samples) == 1:
            return cls((first,) if first else ())
        start, end = ends_in_common(samples) if max(map(len, samples)) > LONG else (0, 0)
        middles = [sample[start : len(sample) - end] for sample in samples]
        cut = max(map(len, middles)) > COMPARED
        parts = _in_common([middle[:COMPARED] for middle in middles])
        parts = (first[:start], *parts, *([None] if cut else []), first[len(first) - end :])
        parts = _joined(_with_whole_times([part for part in parts if part != ""]))
        gaps = [Template(parts).contents(sample, strict=False) for sample in samples]
        if None in gaps:  # text that stays recurs in what varies
            parts = _middle(samples)
            gaps = [Template(parts).contents(sample, strict=False) for sample in samples]
        characters = set[str]().union(*(text for found in gaps for text in found or ()))
        return cls(parts, frozenset(c for c in characters if not usual(c)), cut)

    @property
    def varies(self) -> bool:
        return None in self.parts

    def contents(self, text: str, strict: bool = True) -> list[str] | None:
        """What stands in the gaps of a text; None where it does not fit."""
        found: list[str] = []
        position, gap = 0, False
        for index, part in enumerate(self.parts):
            if part is None:
                gap = True
                continue
            last = index == len(self.parts) - 1
            at = len(text) - len(part) if last and gap else text.find(part, position)
            if at < position or (not gap and at > position) or not text.startswith(part, at):
                return None
            found += [text[position:at]] if gap else []
            position, gap = at + len(part), False
        found += [text[position:]] if gap else []
        if not gap and position < len(text):
            return None
        fits = all(self._fits(content) for content in found) if strict else True
        return found if fits else None

    def _fits(self, content: str) -> bool:
        return all(usual(character) or character in self.odd for character in set(content))

    def with_gaps(self, marks: Iterable[str] = ()) -> str:
        """The text with a mark in the place of each gap."""
        each = iter(marks)
        return "".join(next(each, VARIES) if part is None else part for part in self.parts)


def usual(character: str) -> bool:
    """Whether it may stand within a word, a number, a token or a date."""
    return character.isalnum() or character in WITHIN


def _in_common(samples: Sequence[str]) -> Parts:
    """The parts that all of them have, by words."""
    kept: list[str | None] = [*WORDS.findall(samples[0])]
    for sample in samples[1:]:  # one after the other: words take fifty times their memory
        words = WORDS.findall(sample)
        if len(words) != len(kept):
            break
        kept = [a if a == b else None for a, b in zip(kept, words, strict=True)]
    else:
        return _joined(kept)
    parts: Parts = (samples[0],) if samples[0] else ()
    for sample in samples[1:]:
        parts = _folded(parts, sample)
    return parts


def _folded(parts: Parts, sample: str) -> Parts:
    """The parts that a template and one more sample have in common."""
    if Template(parts).contents(sample, strict=False) is not None:
        return parts
    ours: list[str | None] = []
    for part in parts:
        ours += [None] if part is None else WORDS.findall(part)
    theirs: list[str | None] = [*WORDS.findall(sample)]
    kept: list[str | None] = []
    start, end = ends_alike(ours, theirs)
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    kept += ours[:start]
    if len(mine) == len(other):
        kept += [a if a == b else None for a, b in zip(mine, other, strict=True)]
    elif max(len(mine), len(other)) > ALIGNED:
        kept.append(None)
    else:
        for tag, low, high, *_ in Aligning(mine, other).get_opcodes():
            kept += mine[low:high] if tag == "equal" else [None]
    kept += ours[len(ours) - end :]
    return _joined(kept)


def _joined(words: Sequence[str | None]) -> Parts:
    """Words put together; gaps with nothing but a mark within a token between them are one."""
    parts: list[str | None] = []
    for is_gap, group in groupby(words, lambda word: word is None):
        parts.append(None if is_gap else "".join(word or "" for word in group))
    merged: list[str | None] = []
    for index, part in enumerate(parts):
        between = 0 < index < len(parts) - 1 and part is not None and set(part) <= WITHIN
        if not between and not (part is None and merged and merged[-1] is None):
            merged.append(part)
    return tuple(merged)


def _with_whole_times(parts: Sequence[str | None]) -> list[str | None]:
    """The parts without dates that a gap continues: another day, there are others."""
    found: list[str | None] = []
    for part, following in itertools.zip_longest(parts, parts[1:], fillvalue=""):
        ends_in_gap = part is not None and following is None
        found.append(BEGUN.sub("", part) if part is not None and ends_in_gap else part)
    return [part for part in found if part != ""]


def _middle(samples: Sequence[str]) -> Parts:
    """One gap, from the first word that differs in any sample to the last."""
    words = [WORDS.findall(sample) for sample in samples]
    shorter = min(map(len, words))
    start = end = 0
    while start < shorter and len({each[start] for each in words}) == 1:
        start += 1
    while end < shorter - start and len({each[-1 - end] for each in words}) == 1:
        end += 1
    first = words[0]
    return _joined([*first[:start], None, *first[len(first) - end :]])

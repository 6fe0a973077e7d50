"""Text that is not the same each time: what stays, and gaps where it varies.

A gap covers whole words that differ between samples, and no more. It fits other text only where
that has the same kind of characters there: nothing that could end a value (a blank, a quote, a
bracket, a comma) unless some sample had it. So a gap never swallows what stands beside it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

VARIES = "[varies]"
WORDS = re.compile(r"(?<![\w.-])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-])|\w+|\W")
"""A number in whatever form is one word; so a table of them has as many words each time."""
WITHIN = set("-_+/=.~%:")
"""What may stand within a token, a date or a number; no gap ends between two of them."""

ALIGNED = 4000
"""Words that are aligned with as many others at the most; of longer texts, more may be a gap."""

Parts = tuple[str | None, ...]
"""Text that stays, and None for each gap."""


@dataclass(frozen=True)
class Template:
    """What samples of a text have in common; `odd` are characters in gaps beside words' own."""

    parts: Parts
    odd: frozenset[str] = frozenset()

    @classmethod
    def of(cls, samples: Sequence[str]) -> "Template":
        parts: Parts = (samples[0],) if samples[0] else ()
        words = [WORDS.findall(sample) for sample in samples]
        if len(set(map(len, words))) == 1:
            columns = zip(*words, strict=True)
            parts = _joined([each[0] if len(set(each)) == 1 else None for each in columns])
        else:
            for sample in dict.fromkeys(samples[1:]):
                parts = _folded(parts, sample)
        gaps = [Template(parts).contents(sample, strict=False) for sample in samples]
        if None in gaps:  # text that stays recurs in what varies
            parts = _middle(samples)
            gaps = [Template(parts).contents(sample, strict=False) for sample in samples]
        characters = {c for found in gaps for text in found or () for c in text}
        return cls(parts, frozenset(c for c in characters if not _usual(c)))

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
        return all(_usual(character) or character in self.odd for character in content)

    def with_gaps(self, marks: Iterable[str] = ()) -> str:
        """The text with a mark in the place of each gap."""
        each = iter(marks)
        return "".join(next(each, VARIES) if part is None else part for part in self.parts)


def _usual(character: str) -> bool:
    return character.isalnum() or character in WITHIN


def _folded(parts: Parts, sample: str) -> Parts:
    """The parts that a template and one more sample have in common."""
    if Template(parts).contents(sample, strict=False) is not None:
        return parts
    ours: list[str | None] = []
    for part in parts:
        ours += [None] if part is None else WORDS.findall(part)
    theirs: list[str | None] = [*WORDS.findall(sample)]
    kept: list[str | None] = []
    start, end = _common(ours, theirs)
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    kept += ours[:start]
    if len(mine) == len(other):
        kept += [a if a == b else None for a, b in zip(mine, other, strict=True)]
    elif max(len(mine), len(other)) > ALIGNED:
        kept.append(None)
    else:
        for tag, low, high, *_ in SequenceMatcher(None, mine, other, False).get_opcodes():
            kept += mine[low:high] if tag == "equal" else [None]
    kept += ours[len(ours) - end :]
    return _joined(kept)


def _common(ours: Sequence[str | None], theirs: Sequence[str | None]) -> tuple[int, int]:
    """How many words are the same at the beginning, and how many at the end; gaps never are."""
    shorter = min(len(ours), len(theirs))
    start = end = 0
    while start < shorter and ours[start] is not None and ours[start] == theirs[start]:
        start += 1
    while (
        end < shorter - start and ours[-1 - end] is not None and ours[-1 - end] == theirs[-1 - end]
    ):
        end += 1
    return start, end


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

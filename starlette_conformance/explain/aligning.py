"""Two sequences aligned, in bounded time."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import Match, SequenceMatcher
from typing import TypeVar

ALIGNED = 4000
"""Items that are aligned with as many others at the most."""
EFFORT = 1_000_000
"""So many pairs of equal items are looked at to align two sequences; what is left then differs."""

Item = TypeVar("Item", bound=Hashable)
Span = tuple[int, int, int, int]
"""From where to where one sequence differs, and from where to where the other one."""


class Aligning(SequenceMatcher[Item]):
    """Finds nothing in common any more once it has looked at EFFORT pairs of equal items."""

    def __init__(self, ours: Sequence[Item], theirs: Sequence[Item]) -> None:
        self._left = EFFORT
        self._ours, self._counts = ours, Counter(theirs)
        super().__init__(None, ours, theirs, autojunk=False)

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        self._left -= sum(self._counts[item] for item in self._ours[alo:ahi])
        if self._left < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def ends_alike(ours: Sequence[object], theirs: Sequence[object]) -> tuple[int, int]:
    """How many items are the same at the beginning, and how many at the end."""
    shorter = min(len(ours), len(theirs))
    start = end = 0
    while start < shorter and ours[start] == theirs[start]:
        start += 1
    while end < shorter - start and ours[-1 - end] == theirs[-1 - end]:
        end += 1
    return start, end


def differing_spans(ours: Sequence[Item], theirs: Sequence[Item]) -> Iterator[Span]:
    """Where two sequences differ, from the beginning on. Such as are too long are compared item by
    item, or as a whole where they have not as many.
    """
    start, end = ends_alike(ours, theirs)
    mine, other = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    if not mine and not other:
        return
    if mine and len(mine) == len(other) and len(mine) > ALIGNED:
        for number, pair in enumerate(zip(mine, other, strict=True), start):
            if pair[0] != pair[1]:
                yield number, number + 1, number, number + 1
        return
    if not mine or not other or max(len(mine), len(other)) > ALIGNED:
        yield start, start + len(mine), start, start + len(other)
        return
    for tag, low, high, other_low, other_high in Aligning(mine, other).get_opcodes():
        if tag != "equal":
            yield start + low, start + high, start + other_low, start + other_high

"""What long texts have in common at both ends, found in linear time."""

import itertools
from collections.abc import Sequence

STEP = 4096
WITHIN = set("_.+-")
"""What stands within a word or a number, beside letters and digits."""


def ends_in_common(samples: Sequence[str]) -> tuple[int, int]:
    """How many characters all begin with, and how many they end with: whole words."""
    first, last = min(samples), max(samples)  # what these have in common, all have
    start = _alike(first, last)
    start -= _of_a_word(first[max(0, start - STEP) : start][::-1], start)
    turned = [sample[start:][::-1] for sample in samples]
    end = _alike(min(turned), max(turned))
    return start, end - _of_a_word(turned[0][max(0, end - STEP) : end][::-1], end)


def _alike(one: str, other: str) -> int:
    position = 0
    while (part := one[position : position + STEP]) and part == other[position : position + STEP]:
        position += STEP
    pairs = zip(one[position : position + STEP], other[position : position + STEP], strict=False)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)
    return min(position + sum(1 for _ in same), len(one), len(other))


def _of_a_word(backwards: str, all_of_it: int) -> int:
    """How many characters, from the last one back, belong to a word that goes on."""
    for count, character in enumerate(backwards):
        if not (character.isalnum() or character in WITHIN):
            return count
    return all_of_it

"""What reads input from outside takes time in proportion to it, whatever stands in it.

Eight times the input may take eight times as long, and as much again for chance; what looks at all
of it for each part of it would take sixty-four times as long.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.chaos.outside import READERS, SAID, SLOW

SMALL, TIMES = 4 * 1024, 8
MOST = 3 * TIMES
LEAST = 0.004
"""Seconds; a shorter time is taken for that long, since chance would be the most of it."""


def cpu_seconds(read: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    with suppress(*SAID):
        read(data)
    return time.process_time() - began


def growth(read: Callable[[bytes], object], make: Callable[[int], bytes]) -> float:
    """How many times as long TIMES the input takes; the least of a few tries."""
    small, large = make(SMALL), make(TIMES * SMALL)
    found = float(MOST)
    for _ in range(3):
        short = cpu_seconds(read, small)
        found = min(found, cpu_seconds(read, large) / max(LEAST, short))
        if found < MOST:
            break
    return found


@pytest.mark.parametrize("name", SLOW)
def test_time_grows_with_the_input_and_no_more(name: str) -> None:
    reader, make = SLOW[name]
    assert growth(READERS[reader].read, make) < MOST


def test_what_grows_with_the_square_of_the_input_is_noticed() -> None:
    def reads_again(data: bytes) -> int:
        return sum(data[:end].count(b"a") for end in range(0, len(data), 2))

    assert growth(reads_again, lambda size: b"a" * size) == MOST


@pytest.mark.parametrize("name", READERS)
def test_good_input_is_read(name: str) -> None:
    reader = READERS[name]
    for seed in reader.seeds:
        assert reader.read(seed) is not None


def test_every_reader_has_an_input_that_was_slow() -> None:
    assert {reader for reader, _ in SLOW.values()} == set(READERS)

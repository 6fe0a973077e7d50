"""What options take that is no plain number, as argparse wants it.

All raise ArgumentTypeError, whose text argparse tells.
"""

from argparse import ArgumentTypeError
from contextlib import suppress

LONGEST = 3600.0
"""No time span is so long, in seconds."""

HASH_SEEDS = 2**32
PORTS = 2**16


def seconds(text: str) -> float:
    """A time span of less than an hour."""
    with suppress(ValueError):
        if 0 < (found := float(text)) < LONGEST:
            return found
    raise ArgumentTypeError(f"{text!r} is no time in seconds, above 0 and below {LONGEST:g}")


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    with suppress(ValueError):
        if (found := int(text)) > 0:
            return found
    raise ArgumentTypeError(f"{text!r} is no whole number above 0")


def port(text: str) -> int:
    return _below(PORTS, text, "port")


def hash_seed(text: str) -> int:
    return _below(HASH_SEEDS, text, "hash seed")


def shard(text: str) -> tuple[int, int]:
    """A part and the number of parts, of `1/4`."""
    part, _, parts = text.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise ArgumentTypeError(f"{text!r} is not a shard such as 1/4")
    return int(part), int(parts)


def _below(end: int, text: str, what: str) -> int:
    with suppress(ValueError):
        if 0 <= (found := int(text)) < end:
            return found
    raise ArgumentTypeError(f"{text!r} is no {what}, 0 to {end - 1}")

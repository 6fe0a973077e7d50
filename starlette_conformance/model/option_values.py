"""Values of options that are more than a string or a number. All raise ValueError, with a sentence.

click and argparse want their own exceptions: `cli/options.py` and `for_argparse` adapt them.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

LONGEST = 3600.0
"""Seconds; longer is a typing error."""

PADDING = 60_000
HASH_SEEDS = 2**32
PORTS = 2**16

Value = TypeVar("Value")


def seconds(text: str) -> float:
    """A time span of less than an hour."""
    with suppress(ValueError):
        if 0 < (value := float(text)) < LONGEST:
            return value
    raise ValueError(f"{text!r} is not a time in seconds, above 0 and below {LONGEST:g}")


def milliseconds(text: str) -> float:
    """A time span of less than an hour."""
    with suppress(ValueError):
        if 0 < (value := float(text)) < LONGEST * 1000:
            return value
    raise ValueError(f"{text!r} is not a time in milliseconds, above 0 and below {LONGEST:g} s")


def percent(text: str) -> float:
    """A part of 100, above 0."""
    with suppress(ValueError):
        if 0 < (value := float(text)) <= 100:
            return value
    raise ValueError(f"{text!r} is not a percentage above 0, at most 100")


def padding(text: str) -> int:
    """Bytes, fewer than the readers of load tests take for one event."""
    with suppress(ValueError):
        if 0 <= (value := int(text)) <= PADDING:
            return value
    raise ValueError(f"{text!r} is not a number of bytes, 0 to {PADDING:,}")


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    with suppress(ValueError):
        if (value := int(text)) > 0:
            return value
    raise ValueError(f"{text!r} is not a whole number above 0")


def port(text: str) -> int:
    return _below(PORTS, text, "port")


def hash_seed(text: str) -> int:
    return _below(HASH_SEEDS, text, "hash seed")


def shard(text: str) -> tuple[int, int]:
    """A part and the number of parts, of `1/4`."""
    part, _, parts = text.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise ValueError(f"{text!r} is not a shard such as 1/4")
    return int(part), int(parts)


def for_argparse(parse: Callable[[str], Value]) -> Callable[[str], Value]:
    """The same as a `type` of argparse, which shows the text of its own exception only."""

    def parsed(text: str) -> Value:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from None

    return parsed


def _below(end: int, text: str, what: str) -> int:
    with suppress(ValueError):
        if 0 <= (value := int(text)) < end:
            return value
    raise ValueError(f"{text!r} is not a {what}, 0 to {end - 1}")

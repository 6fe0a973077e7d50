"""What options take that is no plain number, as argparse wants it."""

import argparse


def seconds(text: str) -> float:
    """A time span of less than an hour. Raises ValueError."""
    found = float(text)
    if not 0 < found < 3600:
        raise ValueError(text)
    return found


def number(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def shard(text: str) -> tuple[int, int]:
    """A part and the number of parts, of `1/4`. Raises ArgumentTypeError."""
    part, _, parts = text.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a shard such as 1/4")
    return int(part), int(parts)

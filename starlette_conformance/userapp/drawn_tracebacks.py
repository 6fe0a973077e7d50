"""Tracebacks that rich has drawn in a box, as Python prints them."""

import re
from collections.abc import Iterable, Iterator, Sequence

TRACEBACK = "Traceback (most recent call last):"
BEGINS = re.compile(r"╭[─ ]*Traceback \(most recent call last\)[─ ]*╮")
ENDS = re.compile(r"\s*╰─+╯")
PLACE = re.compile(r"(/.*?):(\d+) in")
RAISES = re.compile(r"\s*❱\s*\d+ (.*)")
"""A line of code that was executed; others stand around it."""
DRAWN = "─│ "


def undrawn(log: Iterable[str]) -> Iterator[str]:
    """A log whose drawn tracebacks have their frames as Python has them, and no drawings; the line
    after a box is that of the exception.
    """
    box: list[str] | None = None
    raised = False
    for line in log:
        if BEGINS.search(line):
            box, raised = [], False
        elif box is None:
            yield line.strip() if raised else line
            raised = raised and not line.strip()
        elif ENDS.match(line):
            yield from (TRACEBACK, *_frames(box))
            box, raised = None, True
        else:
            box.append(line.strip().removeprefix("│").removesuffix("│").rstrip())
    yield from (TRACEBACK, *_frames(box)) if box is not None else ()


def _frames(box: Sequence[str]) -> Iterator[str]:
    """A path may take several lines, which are broken anywhere."""
    path = ""
    for line in box:
        text = line.removeprefix(" ")
        if path or text.startswith("/"):
            path += text
            if place := PLACE.match(path):
                yield f'  File "{place[1]}", line {place[2]}'
            if place or not text:
                path = ""
        elif code := RAISES.match(line):
            yield f"    {code[1].strip(DRAWN)}"

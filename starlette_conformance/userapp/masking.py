"""What varies from run to run on one stack, found and masked, so that what is left is real.

A value is masked where runs of OLD differ in it, or runs of NEW. Where it varies on both, and has
as many characters each time (a token), a stack on which it has another length differs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette_conformance.userapp.template import VARIES, Template

TOKEN = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z_+/=-]{16,}")
"""What is so long that it varies by design, and no number; its length does not."""


@dataclass(frozen=True)
class Told:
    """One text of the answers of both stacks, with `[varies]` where it does; `where` says on which
    of them, in words, and is empty where the text is the same each time.
    """

    before: str
    after: str
    where: str


def told(old: Sequence[str], new: Sequence[str]) -> Told:
    """What some runs of OLD, and as many of NEW, gave, made comparable."""
    if len(set(old)) == len(set(new)) == 1:
        return Told(old[0], new[0], "")
    ours, theirs = Template.of(old), Template.of(new)
    where = ("only on NEW", "only on OLD", "on both")[ours.varies + (ours.varies and theirs.varies)]
    for template in (ours, theirs) if ours.varies else (theirs,):
        filled = [[template.contents(text) for text in samples] for samples in (old, new)]
        if None in filled[0] or None in filled[1]:
            continue
        lengths = [_lengths([each or [] for each in side]) for side in filled]
        marks = [_marks(*lengths), _marks(*reversed(lengths))]
        if not (ours.varies and theirs.varies):
            marks = [[], []]
        return Told(template.with_gaps(marks[0]), template.with_gaps(marks[1]), where)
    return Told(ours.with_gaps(), theirs.with_gaps(), where)


def _lengths(filled: Sequence[Sequence[str]]) -> list[int | None]:
    """Of each gap, how long the tokens in it are; None where they are none, or of no one length."""
    found: list[int | None] = []
    for contents in zip(*filled, strict=True):
        sizes = {len(content) for content in contents}
        tokens = all(TOKEN.fullmatch(content) for content in contents)
        found.append(sizes.pop() if tokens and len(sizes) == 1 else None)
    return found


def _marks(mine: Sequence[int | None], other: Sequence[int | None]) -> list[str]:
    """The mark of each gap, with its length where that differs between the stacks."""
    return [
        f"[varies, {a} characters]" if a and b and a != b else VARIES
        for a, b in zip(mine, other, strict=True)
    ]

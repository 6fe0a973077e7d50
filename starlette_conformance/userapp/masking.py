"""What varies from run to run on one stack, found and masked, so that what is left is real.

A value is masked where runs of OLD differ in it, or runs of NEW. Where it varies on both, and has
as many characters each time (a token), a stack on which it has another length differs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette_conformance.userapp.template import COMPARED, VARIES, Template, usual

TOKEN = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z_+/=-]{16,}")
"""What is so long that it varies by design, and no number; its length does not."""


ENOUGH = 4
"""Samples of which all but one show what the text has in common."""
FEW = 2048
"""Characters of a text of which each sample is left out once; of a longer one, two of them are."""
CUT = f"compared up to {COMPARED:,} characters from where it first varies"


@dataclass(frozen=True)
class Masked:
    """One text of the responses of both stacks, with `[varies]` where it does; `where` says on
    which of them, in words, and is empty where the text is the same each time. `limit` says what
    could not be compared, and is empty where all was.
    """

    before: str
    after: str
    where: str
    limit: str = ""


def mask(old: Sequence[str], new: Sequence[str]) -> Masked:
    """What some runs of OLD, and as many of NEW, gave, made comparable."""
    if len(set(old)) == len(set(new)) == 1:
        return Masked(old[0], new[0], "")
    ours, theirs = Template.of(old), Template.of(new)
    where = ("only on NEW", "only on OLD", "on both")[ours.varies + (ours.varies and theirs.varies)]
    limit = CUT if ours.cut or theirs.cut else ""
    for template in (ours, theirs) if ours.varies else (theirs,):
        filled = [[template.contents(text) for text in samples] for samples in (old, new)]
        if None in filled[0] or None in filled[1]:
            continue
        lengths = [_lengths([each or [] for each in side]) for side in filled]
        marks = [_marks(*lengths), _marks(*reversed(lengths))]
        if not (ours.varies and theirs.varies):
            marks = [[], []]
        return Masked(template.with_gaps(marks[0]), template.with_gaps(marks[1]), where, limit)
    if ours.varies and theirs.varies and _is_arbitrary(ours, old, theirs, new):
        return Masked(VARIES, VARIES, f"{where}, each time in another way")
    return Masked(ours.with_gaps(), theirs.with_gaps(), where, limit)


def _is_arbitrary(ours: Template, old: Sequence[str], theirs: Template, new: Sequence[str]) -> bool:
    """Whether a text is another one each time, so that nothing is to be compared.

    What is so on one stack only may still be what the other one gives, by chance.
    """
    if len(old) < ENOUGH:
        return False
    if _covers(ours, new) or _covers(theirs, old):
        return True
    foreseen, foreseen_new = _foresees(old), _foresees(new)
    if foreseen and foreseen_new:
        return False
    if not foreseen and not foreseen_new:
        return True
    template, others = (ours, new) if foreseen else (theirs, old)
    return any(template.contents(text, strict=False) is not None for text in others)


def _covers(template: Template, others: Sequence[str]) -> bool:
    """Whether a text of which nothing stays has nearly all characters that another one has."""
    odd = set[str]().union(*others) - template.odd
    return template.parts == (None,) and 4 * sum(not usual(each) for each in odd) < len(
        template.odd
    )


def _foresees(samples: Sequence[str]) -> bool:
    """Whether what all but one have in common says what any other one has.

    Where it does not, as of random words, what two stacks do not have in common says nothing.
    """
    left_out = range(len(samples) if max(map(len, samples)) < FEW else 2)
    return all(
        Template.of([*samples[:number], *samples[number + 1 :]]).contents(samples[number], False)
        is not None
        for number in left_out
    )


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

"""What varies from run to run on one stack, found and masked, so that what is left is real.

A value is masked where runs of OLD differ in it, or runs of NEW. A token that has as many
characters each time, and a time, have a form: a stack on which it is another one differs, and so
does one that gives the same text each time in its place.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette_conformance.userapp.template import COMPARED, VARIES, Template, usual

TOKEN = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z_+/=-]{16,}")
"""What is so long that it varies by design, and no number; its length does not."""
CLOCK = re.compile(r"(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
"""A time (RFC 3339 section 5.6); how it is written does not vary."""

ENOUGH = 4
"""Samples of which all but one show what the text has in common."""
LITTLE, LEAST = 10, 16
"""Of a text of which less than such a part stays, the length is compared where it is one, but not
of fewer characters, such as a number of milliseconds.
"""
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
    found = _masked(old, new)
    least = max(LEAST, LITTLE * len(found.before.replace(VARIES, "")))
    if len(old) < ENOUGH or found.before != found.after or least > min(map(len, (*old, *new))):
        return found
    lengths = [{len(text) for text in samples} for samples in (old, new)]
    marks = _marked(*(f"{n.pop()} characters" if len(n) == 1 else None for n in lengths))
    return replace(found, before=marks[0], after=marks[1]) if marks[0] != marks[1] else found


def _masked(old: Sequence[str], new: Sequence[str]) -> Masked:
    if len(set(old)) == len(set(new)) == 1:
        return Masked(old[0], new[0], "")
    ours, theirs = Template.of(old), Template.of(new)
    where = ("only on NEW", "only on OLD", "on both")[ours.varies + (ours.varies and theirs.varies)]
    limit = CUT if ours.cut or theirs.cut else ""
    for template in (ours, theirs) if ours.varies else (theirs,):
        filled = [[template.contents(text) for text in samples] for samples in (old, new)]
        if None in filled[0] or None in filled[1]:
            continue
        marks = _marks(*([each or [] for each in side] for side in filled))
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


Gap = Sequence[str]
"""What stands in one gap of a template, in each sample."""


def _marks(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> list[list[str]]:
    """The marks of all gaps on both stacks, by what samples of them have there."""
    gaps = zip(zip(*old, strict=True), zip(*new, strict=True), strict=True)
    pairs = [_marks_of_one(*gap) for gap in gaps]
    return [[pair[side] for pair in pairs] for side in (0, 1)]


def _marks_of_one(old: Gap, new: Gap) -> tuple[str, str]:
    form, other = _form(old), _form(new)
    if form and other:
        return _marked(form, other)
    if form and _is_constant_beside(new, old):
        return VARIES, new[0]
    if other and _is_constant_beside(old, new):
        return old[0], VARIES
    return VARIES, VARIES


def _form(gap: Gap) -> str | None:
    """In words, where each sample has it: how long a token is, or how a time is written."""
    forms = {
        f"{len(text)} characters"
        if TOKEN.fullmatch(text)
        else re.sub(r"\d", "0", text)
        if CLOCK.fullmatch(text)
        else None
        for text in gap
    }
    return forms.pop() if len(forms) == 1 else None


def _is_constant_beside(gap: Gap, other: Gap) -> bool:
    """Whether it is the same in each sample, and no two are in the other gap; of two or fewer,
    that may be chance.
    """
    return len({*gap}) == 1 and len({*other}) == len(other) > 2


def _marked(form: str | None, other: str | None) -> tuple[str, str]:
    """The marks of what varies on both stacks, with the forms where these differ."""
    if form and other and form != other:
        return f"[varies, {form}]", f"[varies, {other}]"
    return VARIES, VARIES

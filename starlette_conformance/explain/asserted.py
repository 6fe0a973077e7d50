"""What accounts for a difference between two recorded responses that no two stacks are compared by.

A spec may send a request in pieces, or with pauses, and then no effect predicts the response: what
one expects, and did not come, is no difference. Where the spec passed on both stacks, what is left
is the parsers', if these differ, or else that of the changes which the spec asserted one way and
the other. It explains nothing of a request that is compared: all outputs explain that by effects
alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette_conformance.explain.explainer import Explained, Reason
from starlette_conformance.explain.result import Difference
from starlette_conformance.model.changes import Change

CUT = ("no last chunk", "the body does not end")
"""How the ending of a stream begins that was cut off, by the client or the server."""
EVENT = "body event "
"""Where an event of a stream differs."""


def changes_asserted(before: Mapping[str, bool], after: Mapping[str, bool]) -> list[str]:
    """The changes that two passing runs of a spec asserted one way and the other."""
    return [name for name in before if name in after and before[name] != after[name]]


def by_assertion(
    explained: Explained, changes: Sequence[Change], parsers_differ: bool
) -> Explained:
    """Explained whole, where there are changes, or two parsers."""
    accounting: Sequence[Reason] = [None] if parsers_differ else changes
    if not (explained.remaining and accounting):
        return explained
    left: dict[Reason, tuple[Difference, ...]] = dict.fromkeys(accounting, explained.remaining)
    return replace(explained, reasons={**left, **explained.reasons}, remaining=())


def observed(explained: Explained) -> Explained:
    """Without a difference that an effect expected, where the responses are equal."""
    if explained.differences:
        return explained
    return replace(explained, reasons={}, remaining=())


def until_cut(explained: Explained) -> Explained:
    """Without the events by which one of two streams that were cut off goes on for longer."""
    before, after = explained.before.response, explained.after.response
    shorter, longer = sorted((before.body, after.body), key=len)
    is_cut = before.ending == after.ending and before.ending.startswith(CUT)
    if not (is_cut and longer.startswith(shorter)):
        return explained
    differences, remaining = (
        tuple(each for each in those if not each.where.startswith(EVENT))
        for those in (explained.differences, explained.remaining)
    )
    return replace(explained, differences=differences, remaining=remaining)

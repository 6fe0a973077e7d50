"""What accounts for a difference between two recorded responses that no two stacks are compared by.

A spec may send a request in pieces, or with pauses, and then no effect predicts the response.
Where the spec passed on both stacks, what is left is the parsers', if these differ, or else that of
the changes which the spec asserted one way and the other. Where there are none, the spec takes both
responses, and they differ by nothing that it is about, such as when the client left. It explains
nothing of a request that is compared: all outputs explain that by effects alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette_conformance.explain.explainer import Explained, Reason
from starlette_conformance.explain.result import Difference
from starlette_conformance.model.changes import Change


def changes_asserted(before: Mapping[str, bool], after: Mapping[str, bool]) -> list[str]:
    """The changes that two passing runs of a spec asserted one way and the other."""
    return [name for name in before if name in after and before[name] != after[name]]


def by_assertion(
    explained: Explained, changes: Sequence[Change], parsers_differ: bool
) -> Explained:
    """Explained whole; what neither changes nor two parsers account for is left out."""
    accounting: Sequence[Reason] = [None] if parsers_differ else changes
    if not explained.remaining:
        return explained
    if not accounting:
        accounted = tuple(d for d in explained.differences if d not in explained.remaining)
        return replace(explained, differences=accounted, remaining=())
    left: dict[Reason, tuple[Difference, ...]] = dict.fromkeys(accounting, explained.remaining)
    return replace(explained, reasons={**left, **explained.reasons}, remaining=())

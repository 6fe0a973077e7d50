"""Whether NEW takes longer to respond than OLD, in every run, and by more than chance."""

from collections.abc import Iterator, Sequence

from starlette_conformance.explain.result import Difference
from starlette_conformance.explain.severity import severity_of
from starlette_conformance.replay.wire_response import WireResponse

FIRST, LAST = "first response", "whole response"


def slower(
    old: Sequence[WireResponse], new: Sequence[WireResponse], seconds: float
) -> Iterator[Difference]:
    """By so many seconds at the least: until the first byte, or else until the last one."""
    sides = (old, new)
    firsts = [[wire.first for wire in side if wire.first is not None] for side in sides]
    lasts = [[wire.last for wire in side if wire.last is not None] for side in sides]
    for where, times in ((FIRST, firsts), (LAST, lasts)):
        if len(times[0]) < len(old) or len(times[1]) < len(new):
            continue
        (fastest, slowest), (soonest, latest) = ((min(side), max(side)) for side in times)
        noise = max(slowest - fastest, latest - soonest)
        if soonest - slowest >= max(seconds, noise):
            texts = (f"after {time:.1f} s" for time in (slowest, soonest))
            yield Difference(severity_of(where), where, *texts)
            return

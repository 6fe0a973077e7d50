"""The time of day, and by how much it was set while this process ran.

A server's date is compared with it. Where a clock was set in between (by hand, by NTP, while the
machine slept), the server may have read it before and the client after, or the other way round.
Everything else here measures by clocks that nobody sets.
"""

import time
from itertools import product

SET = 1.0
"""Seconds by which it differs, at least, once it was set."""
KEPT = 32

_offsets: list[float] = []
"""How far it was ahead of the monotonic clock, each once."""


def now() -> float:
    """Seconds since the epoch."""
    monotonic, wall = time.monotonic(), time.time()
    ahead = wall - monotonic
    if all(abs(ahead - offset) > SET for offset in _offsets):
        _offsets[:] = [*_offsets[1 - KEPT :], ahead]
    return wall


def near(moment: float, at: float, seconds: float) -> bool:
    """Whether two readings may be so close to each other, however often it was set."""
    if abs(moment - at) < seconds:
        return True
    now()
    return any(abs(moment - at - (a - b)) < seconds for a, b in product(_offsets, repeat=2))


now()  # what a server read before the first response counts as well

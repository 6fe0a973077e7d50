"""The least of some tries: a figure of time that a busy machine can only make larger.

What a server waits for is there in each try. So what seems slower is tried again, and only what is
slower in the best of all tries blocks.
"""

from collections.abc import Callable
from math import inf

from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.paired import ROLES, turned

TRIES, MOST = 2, 4
TIMES = 2.0
"""So many times as long as the slower one of two equal servers may NEW take."""
SLACK = 0.015
"""Seconds more that mean nothing."""


def compared(name: str, what: str, measure: Callable[[str], float]) -> Finding:
    """A figure in seconds, which is measured by role."""
    least = dict.fromkeys(ROLES, inf)
    for turn in range(MOST):
        for role in turned(ROLES, turn):
            least[role] = min(least[role], measure(role))
        found = of_least(name, what, *(least[role] for role in ROLES))
        if turn + 1 >= TRIES and found.outcome == "pass":
            break
    return found


def of_least(name: str, what: str, one: float, other: float, new: float) -> Finding:
    """Of two equal servers, and of the new one."""
    old = max(one, other)
    change, noise = new / old - 1, old / min(one, other) - 1
    limit = TIMES - 1 + SLACK / old
    outcome = "regression" if change > limit else "pass"
    return Finding(name, what, old, new, change, noise, limit, outcome)

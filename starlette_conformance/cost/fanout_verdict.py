"""What figures of many streams come to."""

from collections.abc import Mapping, Sequence
from math import log
from pathlib import Path

from starlette_conformance.cost import fanout
from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.fanout import Served
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.gate_verdict import SURELY, WAITS
from starlette_conformance.model.environment import Environment

FANOUT_WHATS = ("CPU seconds with many streams", "p99 late seconds with many streams")
FANOUT = 0.10
"""So much more CPU time may an event take where many streams are open, or the noise."""
LATE = 0.02
"""Seconds of lateness that mean nothing: a busy machine makes them."""
FINEST = (1e-6, 1e-3)
"""Seconds of CPU time and lateness that count as the least, as a late client may see none."""


ROUNDS = 2
"""Of what seems dearer. The second has other processes, in another order: of three equal servers
one was once 27 % dearer than both others, as the third on two busy cores."""


def measured(
    old: Environment, new: Environment, benchmark: Benchmark, compiled: Path
) -> list[Finding]:
    """What many streams come to. Only what is dearer in each round blocks, so the first that passes
    is the last. Raises CannotTell.
    """
    rounds: list[Mapping[str, Served]] = []
    for turn in range(ROUNDS):
        rounds.append(fanout.measured(old, new, benchmark, compiled, turn))
        found = of_fanout(benchmark.name, rounds)
        if all(each.outcome == "pass" for each in found):
            break
    return found


def of_fanout(name: str, rounds: Sequence[Mapping[str, Served]]) -> list[Finding]:
    """CPU time and p99 lateness of an event where many streams are open. What is red is worse in
    each round than both servers of the old stack.
    """
    least_cpu, least_late = FINEST
    cpu = [{role: max(min(e.cpu), least_cpu) for role, e in one.items()} for one in rounds]
    late = [{role: max(e.p99, least_late) for role, e in one.items()} for one in rounds]
    return [
        _in_each_round(name, FANOUT_WHATS[0], cpu, FANOUT, 2, 0.0),
        _in_each_round(name, FANOUT_WHATS[1], late, WAITS - 1, SURELY, LATE),
    ]


def _in_each_round(
    name: str,
    what: str,
    rounds: Sequence[Mapping[str, float]],
    more: float,
    noises: int,
    least: float,
) -> Finding:
    """A figure by role, which may be higher by `more` (a share), `noises` of noise, and `least`."""
    one = min(rounds, key=lambda each: each["new"] / max(each["old"], each["again"]))
    old, new = max(one["old"], one["again"]), one["new"]
    noise = max(abs(log(each["again"] / each["old"])) for each in rounds)
    limit = max(more, noises * noise, least / old)
    change = new / old - 1
    outcome = "regression" if change > limit else "pass"
    return Finding(name, what, old, new, change, noise, limit, outcome)

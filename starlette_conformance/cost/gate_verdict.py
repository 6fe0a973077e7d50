"""The verdict: what figures of two stacks come to, against a budget and the run's own noise.

Figures block where the new one is higher than the old one by more than the budget, and by more
than the noise. Where the noise hides the budget, and nothing stands out, it is inconclusive.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import exp, log, sqrt
from operator import methodcaller
from statistics import fmean, median, stdev

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes thrice as long to import

from starlette_conformance.cost.benchmark import Benchmark
from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.paired import ROLES, Round, Served
from starlette_conformance.cost.unit_count import Count

SURE = 0.995
"""One-sided: a true change lies below the upper bound, or above the lower one, with this chance."""
FLOOR = 0.0035
"""No counts in one layout differ by less: equal packages, run from one path, with bytecode or
without, were 0.01 to 0.32 % apart on a busy machine, and 0.73 % when each ran from its own."""
A_CALL = 0.5
"""System calls are exact: half a call a request or an event is more than none. The timers of
streams make some hundredths of one."""
SENDS = ("send", "sendmsg", "sendto", "sendfile", "write", "writev")
CLEAR = 5
"""A count that is so many budgets too high, or so many floors, needs no second look."""
WAITS = 2.0
"""So many times as long may a server wait, or `SURELY` times the noise longer."""
SURELY = 5
NO_WAIT = 20e-6
"""Seconds: the shortest wait that counts, as a busy client that looks late may see none."""
STARTS = 0.25
"""So much more CPU time may a start take, or `SURELY` times the noise."""
IN_USE = 4
"""So many pages more or less in use mean nothing: a thread of a pool that comes later takes two."""
BRIEF_IN_USE = 16
"""The same of what is measured briefly: few requests, some for a large file, whose buffers stay."""
RESIDENT, BRIEF_RESIDENT = 16, 64
"""The same of resident memory, where the allocators do not say what is in use."""
BEYOND = 64
"""So many pages more than are in use may be resident: allocators take them by the heap."""
PAGE = 4096
LEAK = 50.0
"""Bytes a request, or a closed stream, that may be left behind beyond what the old stack leaves."""
KEPT = {"descriptors": 0.05, "threads": 0.05, "tasks": 0.05, "blocks": 0.5}
"""How many more of each a request, or a closed stream, may leave; caches that fill leave some."""
SEVERAL, FEW = {"blocks": 100}, 2.5
"""So many in a whole run may be chance, such as another thread of a pool."""
DRAWS = 2000


def of_counts(name: str, old: Count, new: Count, budget: float) -> Finding:
    """Repeat by repeat, since a repeat's place moves both counts alike."""
    ratios = [b / a - 1 for a, b in zip(old.instructions, new.instructions, strict=True)]
    half = float(stdtrit(len(ratios) - 1, SURE)) * stdev(ratios) / sqrt(len(ratios))
    change, noise = median(ratios), max(half, FLOOR / sqrt(old.layouts))
    outcome = _outcome(change, noise, budget)
    return Finding(name, "instructions", old.median, new.median, change, noise, budget, outcome)


def unclear(name: str, old: Count, new: Count, budget: float, syscalls: float) -> bool:
    """Whether other layouts should be counted too, before anything is said: not where two or more
    agree. One server of many has made a call more for each request, of equal stacks.
    """
    found = of_counts(name, old, new, budget)
    if old.layouts == 1 and of_syscalls(name, old, new, syscalls).outcome == "regression":
        return True
    if old.layouts > 1:
        over = {b.median / a.median - 1 > budget for a, b in zip(old.each, new.each, strict=True)}
        return len(over) > 1 or found.outcome == "cannot tell"
    clear = CLEAR * max(budget, FLOOR)
    return found.outcome == "cannot tell" or budget < found.change < clear


def of_bytes(name: str, old: Count, new: Count, budget: float) -> Finding:
    """Exact, unless the old stack's own responses are not equally long."""
    change, noise = new.bytes / old.bytes - 1, old.bytes_apart / old.bytes
    outcome = "regression" if change > max(budget, noise) else "pass"
    return Finding(name, "bytes", old.bytes, new.bytes, change, noise, budget, outcome)


def of_syscalls(name: str, old: Count, new: Count, allowed: float) -> Finding:
    """All system calls of a unit together, and those that send, of which each makes a segment, even
    where others are fewer; `allowed` more pass. Where not all repeats of OLD make one as often,
    since threads that take turns wait for each other, or not, only what none of them made counts,
    and is what NEW has beyond OLD.
    """
    names = sorted({*old.syscalls, *new.syscalls})
    moved = {each: _moved(each, old, new) for each in names}
    largest = sorted(names, key=lambda each: -abs(moved[each]))[:3]
    detail = ", ".join(f"{each} {moved[each]:+.2f}" for each in largest if abs(moved[each]) >= 0.01)
    change, sent = sum(moved.values()), sum(moved.get(each, 0.0) for each in SENDS)
    outcome = "regression" if max(change, sent) >= allowed + A_CALL else "pass"
    before = sum(old.syscalls.values())
    found = before, before + change, change, 0.0, allowed
    return Finding(name, "syscalls", *found, outcome, detail)


def _moved(name: str, old: Count, new: Count) -> float:
    """How many more system calls of a name NEW makes a unit. Fewer are negative, but where that may
    be chance.
    """
    (least, most), (lowest, _) = old.range_of(name), new.range_of(name)
    return max(0.0, lowest - most) if least < most else new.syscalls.get(name, 0.0) - most


def of_cpu(name: str, rounds: Sequence[Round], noise: float, budget: float, sole: bool) -> Finding:
    """`noise` is that of `cpu_noise`; with `sole`, nothing else blocks, so it must decide.

    What is above the budget, and not surely, is then no pass.
    """
    old = fmean(second for one in rounds for second in one["old"].cpu)
    new = fmean(second for one in rounds for second in one["new"].cpu)
    change = new / old - 1
    beyond = differs(rounds, "new", noise, budget)
    outcome = "regression" if beyond else "pass"
    if sole and not beyond and max(noise, change) > budget:
        outcome = "cannot tell"
    return Finding(name, "CPU seconds", old, new, change, noise, max(budget, noise), outcome)


def cpu_noise(rounds: Mapping[str, Sequence[Round]]) -> float:
    """How far the mean of a benchmark's rounds may be off, by all pairs of equal servers."""
    ratios = [
        log(sum(one["again"].cpu) / sum(one["old"].cpu)) for each in rounds.values() for one in each
    ]
    a_benchmark = min(len(each) for each in rounds.values())
    spread = sqrt(fmean(ratio * ratio for ratio in ratios))
    return exp(float(stdtrit(len(ratios), 0.999)) * spread / sqrt(a_benchmark)) - 1


def differs(rounds: Sequence[Round], role: str, noise: float, budget: float) -> bool:
    """Whether a server's CPU time is higher than the old one's, beyond noise and budget."""
    return _lower_bound(rounds, role) > max(budget, noise)


def _lower_bound(rounds: Sequence[Round], role: str) -> float:
    """Of the change in CPU time, by a bootstrap over rounds, and blocks within a round."""
    old = np.array([one["old"].cpu for one in rounds])
    new = np.array([one[role].cpu for one in rounds])
    random = np.random.default_rng(0)
    which = random.integers(len(rounds), size=(DRAWS, len(rounds), 1))
    blocks = random.integers(old.shape[1], size=(DRAWS, len(rounds), old.shape[1]))
    changes = new[which, blocks].sum((1, 2)) / old[which, blocks].sum((1, 2)) - 1
    return float(np.quantile(changes, 1 - SURE))


def of_memory(benchmark: Benchmark, rounds: Sequence[Round]) -> Finding:
    """Bytes left behind by a request or a closed stream."""
    first = rounds[0]["old"]
    brief = benchmark.sending.briefly
    pages = (BRIEF_RESIDENT if brief else RESIDENT) / (first.units * len(first.resident))
    figure = _slope
    if all(each.says_use for one in rounds for each in one.values()):
        pages, figure = (BRIEF_IN_USE if brief else IN_USE) / first.units_between, _in_use
    old, new, between = _medians(rounds, figure)
    noise = max(between, pages * PAGE)
    limit = max(LEAK, 2 * noise)
    outcome = "regression" if new - old > limit else "pass"
    return Finding(benchmark.name, "bytes left", old, new, new - old, noise, limit, outcome)


def _in_use(served: Served) -> float:
    """What a unit leaves in use, or resident where that is far more, and is so at rest, too: right
    behind a block a server may hold what it was sent.
    """
    beyond = BEYOND * PAGE / (served.units * len(served.resident))
    return max(served.kept("used"), min(_slope(served), served.kept("memory")) - beyond)


def _medians(
    rounds: Sequence[Round], figure: Callable[[Served], float]
) -> tuple[float, float, float]:
    """A figure of the old servers and of the new one, and how far the old ones are apart."""
    by_role = {role: [figure(one[role]) for one in rounds] for role in ROLES}
    noise = max(abs(a - b) for a, b in zip(by_role["old"], by_role["again"], strict=True))
    return median(by_role["old"] + by_role["again"]), median(by_role["new"]), noise


def _slope(served: Served) -> float:
    """Robust (Theil and Sen), without the first quarter of the blocks, where caches still fill."""
    resident = served.resident[len(served.resident) // 4 :]
    pairs = combinations(enumerate(resident), 2)
    return median((b - a) / (y - x) for (x, a), (y, b) in pairs) / served.units


def of_waiting(name: str, rounds: Sequence[Round]) -> Finding:
    """Response time without the server's CPU time, a request or an event."""
    old, new, noise = _medians(rounds, lambda served: max(served.waiting, NO_WAIT))
    limit = max((WAITS - 1) * old, SURELY * noise)
    outcome = "regression" if new - old > limit else "pass"
    return Finding(
        *(name, "waiting seconds", old, new, new / old - 1, noise / old, limit / old, outcome)
    )


def of_start(name: str, starts: Sequence[Mapping[str, float]]) -> Finding:
    """CPU time until the server listens, by role; the least of all starts, as one that compiles, or
    runs beside others, only ever takes more.
    """
    old, again, new = (min(one[role] for one in starts) for role in ROLES)
    change, noise = new / old - 1, abs(again / old - 1)
    limit = max(STARTS, SURELY * noise)
    outcome = "regression" if change > limit else "pass"
    return Finding(name, "start seconds", old, new, change, noise, limit, outcome)


def of_kept(name: str, rounds: Sequence[Round]) -> list[Finding]:
    """What a request or a closed stream leaves, beside memory."""
    found = []
    for what, least in KEPT.items():
        old, new, noise = _medians(rounds, methodcaller("kept", what))
        served = rounds[0]["old"]
        several = SEVERAL.get(what, FEW) / served.units_between
        limit = max(least, several, 2 * noise)
        red = new - old > limit
        first, last = rounds[-1]["new"].censuses
        found.append(
            Finding(
                *(name, f"{what} left", old, new, new - old, noise, limit),
                "regression" if red else "pass",
                last.grown(first) if red else "",
            )
        )
    return found


def of_latency(name: str, rounds: Sequence[Round]) -> Finding:
    """Shown, never judged: on a shared machine it says more about the neighbours."""
    old, again, new = (median(one[role].latency for one in rounds) for role in ROLES)
    change, noise = new / old - 1, abs(again / old - 1)
    return Finding(name, "latency seconds", old, new, change, noise, float("inf"), "shown")


def _outcome(change: float, noise: float, budget: float) -> str:
    if change > budget:
        return "regression" if change - noise > 0 else "cannot tell"
    return "cannot tell" if noise > budget and change + noise > budget else "pass"

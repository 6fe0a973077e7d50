"""The search for a knee: which number of subscribers to try next, and what the steps say."""

from dataclasses import dataclass, field
from statistics import linear_regression

from starlette_conformance.load.rates import starved
from starlette_conformance.load.results_file import Fanout
from starlette_conformance.load.run_verdict import FINDING, Verdict

LATE_MS = 100.0
"""Where p99 lateness is beyond this, the stack is beyond its knee."""

FIRST = 100
FACTOR = 2
CLOSE = 1.05
"""The search ends when the least bad number is at most so many times the greatest good one."""

MOST = 16_000
"""File descriptors and loopback ports end the search here."""


@dataclass(frozen=True)
class Step:
    """What `users` subscribers came to."""

    users: int
    fanout: Fanout | None
    verdict: Verdict

    @property
    def late(self) -> float:
        """The p99 lateness, in milliseconds."""
        return self.fanout.lateness.p99 if self.fanout else 0.0

    @property
    def disturbed(self) -> bool:
        """Whether the lateness may be the doing of others on this machine."""
        return self.fanout is not None and starved(self.fanout.server)

    @property
    def good(self) -> bool:
        return self.verdict.exit_code == 0 and self.late <= LATE_MS


@dataclass
class Knee:
    """The steps of a stack, and what they say together."""

    stack: str
    steps: list[Step] = field(default_factory=list)
    title: str = ""
    """What it is called where it is compared with itself."""

    def __post_init__(self) -> None:
        self.title = self.title or self.stack

    @property
    def best(self) -> Step | None:
        return max((step for step in self.steps if step.good), key=lambda s: s.users, default=None)

    @property
    def worst(self) -> Step | None:
        bad = [step for step in self.steps if not step.good]
        return min(bad, key=lambda s: s.users, default=None)

    def following(self) -> int | None:
        """How many subscribers to try next; None when the knee is found."""
        best, worst = self.best, self.worst
        if worst is None:
            following = best.users * FACTOR if best else FIRST
            return following if following <= MOST else None
        if best is None:
            return worst.users // FACTOR if worst.users > 10 else None
        if worst.users <= max(best.users * CLOSE, best.users + 1):
            return None
        return (best.users + worst.users) // 2

    @property
    def unsteady(self) -> bool:
        """Whether the same number was served in time once, and not so once."""
        best, worst = self.best, self.worst
        return best is not None and worst is not None and worst.users <= best.users

    @property
    def found(self) -> bool:
        """Whether it is the stack that was late; else it may serve more than its best."""
        worst = self.worst
        if worst is None or self.unsteady or worst.verdict.exit_code not in (0, FINDING):
            return False
        return worst.verdict.exit_code == FINDING or not worst.disturbed

    def is_below(self, other: "Knee") -> bool:
        """Whether it serves fewer, by more than what two searches of one stack may differ by."""
        worst, best = self.worst, other.best
        return worst is not None and best is not None and worst.users * CLOSE < best.users

    @property
    def slope(self) -> float | None:
        """Microseconds of p99 lateness that one more subscriber costs, by least squares."""
        points = [
            (step.users, step.fanout.lateness.p99 * 1000)
            for step in self.steps
            if step.fanout and step.verdict.exit_code == 0
        ]
        if len(points) < 3:
            return None
        return linear_regression(*zip(*points, strict=True)).slope

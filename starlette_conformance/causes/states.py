"""What is installed along the releases of a package, and at which of them the outcome changes."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from starlette_conformance.causes.candidates import Difference, Moves, Outcome, OutOfTime
from starlette_conformance.causes.fitting import Fitting, Pairs
from starlette_conformance.causes.moves import State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.causes.trials import Trials
from starlette_conformance.model.errors import Failure
from starlette_conformance.model.versions import version
from starlette_conformance.stacks.package_index import Release

TRIED_AGAIN = 4
"""Releases before the first one that shows a difference, of those that could not be tried."""


@dataclass
class States:
    """What is installed along the releases of a package, from `before` to `after`."""

    trials: Trials
    releases: Releases
    fitting: Fitting
    difference: Difference
    beside: Moves
    name: str
    between: Sequence[Release]
    before: State
    after: State
    seen: dict[int, Outcome | None] = field(default_factory=dict)

    def version(self, number: int) -> str:
        if 0 < number <= len(self.between):
            return str(self.between[number - 1].version)
        return (self.after if number else self.before)[self.name].version

    def final(self, number: int) -> int:
        """The first release from there on that is no pre-release; itself where there is none."""
        later = range(number, len(self.between) + 2)
        finals = (each for each in later if not version(self.version(each)).is_prerelease)
        return next(finals, number)

    def mark(self, first: int, final: int) -> str:
        """What is unusual about a release."""
        yanked = 0 < final <= len(self.between) and self.between[final - 1].yanked
        marks = ["yanked"] if yanked else []
        if final != first:
            marks.append(f"since the pre-release {self.version(first)}")
        elif version(self.version(first)).is_prerelease:
            marks.append("a pre-release")
        return ", ".join(marks)

    def state(self, number: int) -> State:
        """Raises Failure where a release cannot be installed."""
        if 0 < number <= len(self.between):
            release = self.releases.install(self.name, self.version(number))
            state = {**self.before, self.name: release}
            return self.fitting.repaired(state, {self.name}, self._broken)
        return self.after if number else self.before

    @cached_property
    def _broken(self) -> Pairs:
        """Requirements that are violated at the end, too, where the difference shows all the
        same.
        """
        return frozenset(self.fitting.broken(self.after))

    def boundary(self, low: int, high: int, wanted: Outcome) -> tuple[int, int]:
        """The last version before the first with an outcome, and that one. Whatever lies between
        the two could not be tried, and the last few not once more either.
        """
        low, high = self._narrowed(low, high, wanted)
        if untried := range(low + 1, high)[-TRIED_AGAIN:]:
            with suppress(OutOfTime):
                self._try(untried, again=True)
            low, high = self._narrowed(low, high, wanted)
        return low, high

    def _narrowed(self, low: int, high: int, wanted: Outcome) -> tuple[int, int]:
        """The boundary by what can be tried, final releases before pre-releases."""
        for finals in (True, False):
            while left := [
                number
                for number in range(low + 1, high)
                if self.seen.get(number, wanted) is not None
                and not (finals and self.between[number - 1].version.is_prerelease)
            ]:
                parts = sorted({left[len(left) // 3], left[2 * len(left) // 3]})
                self._try([number for number in parts if number not in self.seen])
                for number in parts:
                    if low < number < high and (outcome := self.seen[number]):
                        low, high = (low, number) if outcome == wanted else (number, high)
        return low, high

    def _try(self, numbers: Sequence[int], again: bool = False) -> None:
        states = {}
        for number in numbers:
            try:
                states[number] = self.state(number)
            except Failure:
                self.seen[number] = None
        every = [(state, self.beside) for state in states.values()]
        outcomes = self.trials.of_states(every, again)
        for number, each in zip(states, outcomes, strict=True):
            self.seen[number] = each.get(self.difference)

"""Since which release of a package a difference is there, bisected with what each release needs."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from starlette_conformance.causes.candidates import Difference, Moves, Outcome, OutOfTime
from starlette_conformance.causes.distributions import Distribution
from starlette_conformance.causes.fitting import Fitting, Pairs
from starlette_conformance.causes.moves import BESIDE, PackageMoves, State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.causes.search import Sufficient
from starlette_conformance.causes.trials import Trials
from starlette_conformance.explain.cause import Culprit
from starlette_conformance.model.errors import Failure
from starlette_conformance.model.versions import version
from starlette_conformance.stacks.package_index import Release

TRIED_AGAIN = 4
"""Releases before the first one that shows a difference, of those that could not be tried."""


@dataclass
class FirstReleases:
    """Finds the first release of what makes a difference; all that is tried is in `trials`."""

    moves: PackageMoves
    trials: Trials
    releases: Releases

    def culprits(self, found: Sufficient, difference: Difference) -> tuple[Culprit, ...]:
        """What makes a difference, each with its first release. Raises OutOfTime."""
        whole = self.moves.closed(found.moves)
        fitting = Fitting(self.moves, self.releases, whole)
        line = _Line(self, fitting, difference, whole & BESIDE)
        if found.how == "inseparable" and not found.moves & BESIDE:
            return line.of_inseparable(sorted(found.moves, key=self._leads(found.moves)))
        culprits = []
        for name in line.needed(found.moves, whole):
            others = self.moves.closed(found.moves - {name}) - {name}
            culprits.append(line.of_one(name, self.moves.state(others), self.moves.state(whole)))
        return tuple(culprits)

    def versions(self, name: str) -> tuple[str | None, str | None]:
        """Of a package on OLD and on NEW."""
        return _version(self.moves.old.get(name)), _version(self.moves.new.get(name))

    def _leads(self, names: Collection[str]) -> Callable[[str], tuple[int, str]]:
        """The order of packages: the one that requires most of the others first."""

        def place(name: str) -> tuple[int, str]:
            package = self.moves.new.get(name) or self.moves.old[name]
            needed = {each.name for each in package.requires}
            return -len(needed & set(names)), name

        return place


@dataclass(frozen=True)
class _Line:
    """States between one without a difference and one with it, along the releases of a package;
    `fitting` finds what moves along with it.
    """

    search: FirstReleases
    fitting: Fitting
    difference: Difference
    beside: Moves

    def needed(self, names: Moves, whole: Moves) -> list[str]:
        """Those without which there is no difference: others move since one of these requires
        them.
        """
        kept = set(names)
        for name in sorted(names) if len(names) > 1 else ():
            state = self.search.moves.state(whole - (names - kept) - {name})
            if self.outcome(state) == Outcome.NEW:
                kept.remove(name)
        return sorted(kept)

    def of_one(self, name: str, before: State, after: State) -> Culprit:
        """The package whose move leads from `before` to `after`."""
        return self._step(name, before, after)[0]

    def _step(
        self, name: str, before: State, after: State
    ) -> tuple[Culprit, tuple[State, State] | None]:
        """The same, with the last state without the difference and the first with it."""
        was, now = (state.get(name) for state in (before, after))
        culprit = Culprit(name, *self.search.versions(name))
        if was is None or now is None:
            return culprit, None
        if was.version == now.version:
            same = "OLD and NEW have this version, with other files"
            return replace(culprit, unknown=same), None
        try:
            between = self.search.releases.between(name, was.version, now.version)
        except Failure as error:
            return replace(culprit, unknown=str(error)), None
        states = _States(self, name, between, before, after)
        low, high = states.boundary(0, len(between) + 1, Outcome.NEW)
        ends = states.state(low), states.state(high)
        later: tuple[str, ...] = ()
        if states.seen.get(low) == Outcome.OTHER:
            later = (states.version(high),)
            low, high = states.boundary(0, low, Outcome.OTHER)
        return replace(
            culprit,
            first_release=states.version(final := states.final(high)),
            mark=states.mark(high, final),
            untried=tuple(map(states.version, range(low + 1, high))),
            later=later,
        ), ends

    def of_inseparable(self, names: Sequence[str]) -> tuple[Culprit, ...]:
        """Packages that need each other: one after the other is moved, release by release, with
        what it needs of the rest, until the difference is there.
        """
        moves = self.search.moves
        state, whole = moves.state(frozenset()), moves.state(self.fitting.members)
        old = state
        for name in names:
            moved = self.fitting.repaired({**state, **_only(moves.new, name)}, {name})
            outcome = self.outcome(moved)
            if outcome == Outcome.NEW:
                return self._apart(name, state, moved)
            state = moved if outcome == Outcome.OLD else state
        first = names[0]
        if first in old and first in whole:  # none of them tells anything without all others
            return self._apart(first, old, whole)
        return tuple(self._unknown(name) for name in names)

    def _apart(self, name: str, before: State, after: State) -> tuple[Culprit, ...]:
        """What is to blame of the step to a release that other packages move with."""
        culprit, ends = self._step(name, before, after)
        if ends is None:
            return (culprit,)
        low, high = ends
        others = sorted(
            each for each in self.fitting.members - {name} if low.get(each) != high.get(each)
        )
        if not others or self.outcome({**low, **_only(high, name)}) == Outcome.NEW:
            return (culprit,)
        for each in others:
            alone = {**low, **_only(high, each)}
            if each in high and self.outcome(alone) == Outcome.NEW:
                return (self.of_one(each, low, alone),)
        return (culprit, *(self._along(each, low, high) for each in others))

    def _along(self, name: str, low: State, high: State) -> Culprit:
        """One that moves with a release of another; `first_release` where it is one step."""
        was, now = _version(low.get(name)), _version(high.get(name))
        try:
            steps = self.search.releases.between(name, was, now) if was and now else ()
        except Failure:
            steps = ()
        return replace(self._unknown(name), first_release=None if steps else now)

    def _unknown(self, name: str) -> Culprit:
        why = "it moves only together with the others"
        return Culprit(name, *self.search.versions(name), unknown=why)

    def outcome(self, state: State) -> Outcome | None:
        return self.search.trials.of_states([(state, self.beside)])[0].get(self.difference)


@dataclass
class _States:
    """What is installed along the releases of a package, from `before` to `after`."""

    line: _Line
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
            release = self.line.search.releases.install(self.name, self.version(number))
            state = {**self.before, self.name: release}
            return self.line.fitting.repaired(state, {self.name}, self._broken)
        return self.after if number else self.before

    @cached_property
    def _broken(self) -> Pairs:
        """Requirements that are violated at the end, too, where the difference shows all the
        same.
        """
        return frozenset(self.line.fitting.broken(self.after))

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
        every = [(state, self.line.beside) for state in states.values()]
        outcomes = self.line.search.trials.of_states(every, again)
        for number, each in zip(states, outcomes, strict=True):
            self.seen[number] = each.get(self.line.difference)


def _only(state: State, name: str) -> State:
    return {name: state[name]} if name in state else {}


def _version(distribution: Distribution | None) -> str | None:
    return distribution.version if distribution else None

"""Since which release of a package a difference is there, bisected with what each release needs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from starlette_conformance.causes.candidates import Difference, Moves, Outcome
from starlette_conformance.causes.distributions import Distribution
from starlette_conformance.causes.fitting import Fitting
from starlette_conformance.causes.moves import BESIDE, PackageMoves, State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.causes.search import Sufficient
from starlette_conformance.causes.states import States
from starlette_conformance.causes.trials import Trials
from starlette_conformance.explain.cause import Culprit
from starlette_conformance.model.errors import Failure


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
        search = self.search
        states = States(
            search.trials,
            search.releases,
            self.fitting,
            self.difference,
            self.beside,
            name,
            between,
            before,
            after,
        )
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


def _only(state: State, name: str) -> State:
    return {name: state[name]} if name in state else {}


def _version(distribution: Distribution | None) -> str | None:
    return distribution.version if distribution else None

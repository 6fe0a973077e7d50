"""Versions that fit together: what a release needs of the packages that move along with it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from starlette_conformance.causes.candidates import Moves
from starlette_conformance.causes.distributions import Distribution, satisfies
from starlette_conformance.causes.moves import PackageMoves, State
from starlette_conformance.causes.releases import Releases
from starlette_conformance.stacks.package_index import Release

REPAIRS = 20
"""Packages that are moved, at the most, until a release has what it needs."""


Pairs = Collection[tuple[str, str]]
"""Packages, each with one that it requires."""
NO_PAIRS: Pairs = ()


@dataclass(frozen=True)
class Fitting:
    """`members` are the packages that may move along."""

    moves: PackageMoves
    releases: Releases
    members: Moves

    def repaired(self, state: State, fixed: Collection[str], broken: Pairs = NO_PAIRS) -> State:
        """The state, with versions of members that what is installed requires, as far as there are
        any; requirements of `broken` may be violated.
        """
        found, settled, left = dict(state), set(fixed), set(broken)
        for _ in range(REPAIRS):
            pair = next((each for each in self.broken(found) if each not in left), None)
            if pair is None:
                return found
            name, needed = pair
            one = needed if needed in self.members - settled else name
            movable = one in self.members - settled
            other = self._fitting(one, found, settled) if movable else None
            if other is None:
                left.add(pair)
            else:
                found[one] = other
                settled.add(one)
        return found

    def broken(self, state: State) -> Iterator[tuple[str, str]]:
        """Pairs of a package and one that it requires in another version, or at all."""
        for name, distribution in state.items():
            for requirement in distribution.requires:
                needed = requirement.name
                if {name, needed} & self.members and not satisfies(requirement, state.get(needed)):
                    yield name, needed

    def _fitting(self, name: str, state: State, settled: Collection[str]) -> Distribution | None:
        """A version of a package that fits to what is installed: OLD's, NEW's, or one between; what
        it requires itself of what is not settled may still be moved.
        """
        moves = self.moves
        ends = [side[name] for side in (moves.old, moves.new) if name in side]
        for each in ends:
            if self._fits(each, state, self.members):
                return each
        for release in self._others(name, ends):
            is_usual = not (release.yanked or release.version.is_prerelease)
            if is_usual and self._suits(name, str(release.version), state):
                one = self.releases.install(name, str(release.version))
                if self._fits(one, state, settled):
                    return one
                break
        return next((each for each in ends if self._fits(each, state, settled)), None)

    def _others(self, name: str, ends: Sequence[Distribution]) -> list[Release]:
        """Releases between OLD's and NEW's, or before that of the one side which has it."""
        if not ends:
            return []
        first = ends[0].version
        return self.releases.between(name, first, ends[1].version if len(ends) == 2 else "0")

    def _fits(self, one: Distribution, state: State, among: Collection[str]) -> bool:
        """`among` are the packages of which its own requirements count."""
        own = all(
            satisfies(each, state.get(each.name)) for each in one.requires if each.name in among
        )
        return own and self._suits(one.name, one.version, state)

    def _suits(self, name: str, version: str, state: State) -> bool:
        """Whether all that is installed takes this version of a package."""
        return all(
            requirement.specifier.contains(version, prereleases=True)
            for other in state.values()
            for requirement in other.requires
            if requirement.name == name
        )

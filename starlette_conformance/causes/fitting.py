"""Versions that fit together: what a release needs of the packages that move along with it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from starlette_conformance.causes.candidates import Moves
from starlette_conformance.causes.distributions import Distribution, satisfies
from starlette_conformance.causes.moves import PackageMoves, State
from starlette_conformance.causes.releases import Releases

REPAIRS = 20
"""Packages that are moved, at the most, until a release has what it needs."""


@dataclass(frozen=True)
class Fitting:
    """`members` are the packages that may move along."""

    moves: PackageMoves
    releases: Releases
    members: Moves

    def repaired(self, state: State, fixed: Collection[str]) -> State:
        """The state, with versions of members that what is installed requires; as it is, where
        there are none.
        """
        found, settled = dict(state), set(fixed)
        for _ in range(REPAIRS):
            broken = next(self._broken(found), None)
            if broken is None:
                return found
            name, needed = broken
            one = needed if needed in self.members - settled else name
            if one in settled or one not in self.members:
                return found
            if (other := self._fitting(one, found)) is None:
                return found
            found[one] = other
            settled.add(one)
        return found

    def _broken(self, state: State) -> Iterator[tuple[str, str]]:
        for name, distribution in state.items():
            for requirement in distribution.requires:
                needed = requirement.name
                if {name, needed} & self.members and not satisfies(requirement, state.get(needed)):
                    yield name, needed

    def _fitting(self, name: str, state: State) -> Distribution | None:
        """A version of a package that fits to what is installed: OLD's, NEW's, or one between."""
        moves = self.moves
        ends = [side[name] for side in (moves.old, moves.new) if name in side]
        for each in ends:
            if self._fits(name, each, state):
                return each
        if len(ends) == 2:
            for release in self.releases.between(name, *(each.version for each in ends)):
                if self._suits(name, str(release.version), state):
                    return self.releases.install(name, str(release.version))
        return None

    def _fits(self, name: str, one: Distribution, state: State) -> bool:
        own = all(
            satisfies(each, state.get(each.name))
            for each in one.requires
            if each.name in self.members
        )
        return own and self._suits(name, one.version, state)

    def _suits(self, name: str, version: str, state: State) -> bool:
        """Whether all that is installed takes this version of a package."""
        return all(
            requirement.specifier.contains(version, prereleases=True)
            for other in state.values()
            for requirement in other.requires
            if requirement.name == name
        )

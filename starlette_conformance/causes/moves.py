"""The moves that lead from OLD to NEW: packages that are added, removed, or of another version.

Packages need each other, as their metadata say: a subset of the moves is closed when no requirement
that OLD and NEW heed is violated by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from starlette_conformance.causes.candidates import Moves
from starlette_conformance.causes.distributions import Distribution, satisfies

State = Mapping[str, Distribution]
"""What is installed, by name."""
APP = "the app itself"
"""A move that is no package's: another folder or other variables on NEW."""
PYTHON = "python"
BESIDE = frozenset({APP, PYTHON})
"""Moves that change nothing of what is installed."""


@dataclass(frozen=True)
class PackageMoves:
    """What OLD and NEW have; `beside` are moves of BESIDE."""

    old: State
    new: State
    beside: Moves = frozenset()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All moves; what needs each other stands side by side."""
        every = [*self._moving, *self.beside]
        return tuple(sorted(every, key=lambda name: (min(self._linked[name]), name)))

    @cached_property
    def _moving(self) -> Moves:
        """The packages that move: to tell it may take reading all of their files."""
        return frozenset(name for name in {*self.old, *self.new} if self._moves(name))

    def _moves(self, name: str) -> bool:
        old, new = self.old.get(name), self.new.get(name)
        if old is None or new is None or old.version != new.version:
            return True
        return not old.has_the_files_of(new)

    def state(self, moved: Moves) -> State:
        """OLD with some moves."""
        found = dict(self.old)
        for name in moved - BESIDE:
            found.pop(name, None)
            if name in self.new:
                found[name] = self.new[name]
        return found

    def tag(self, new: bool) -> str:
        """Of the Python of a side; one without packages runs none."""
        return next((each.tag for each in (self.new if new else self.old).values()), "")

    def closed(self, moved: Moves) -> Moves:
        """Moves with those that must come with them."""
        return _reached(moved, self._needs)

    def closed_back(self, kept: Moves) -> Moves:
        """Moves that are not made, with those that cannot be made without them."""
        return _reached(kept, self._needed_by)

    @cached_property
    def _needs(self) -> Mapping[str, set[str]]:
        """By move, the moves without which it would violate a requirement."""
        found: dict[str, set[str]] = {name: set() for name in (*self.old, *self.new, *BESIDE)}
        for name, needed in self._broken(self.new, self.old):
            found[name].add(needed)
        for name, needed in self._broken(self.old, self.new):
            found[needed].add(name)
        return found

    def _broken(self, ours: State, others: State) -> Iterator[tuple[str, str]]:
        """Pairs of a package of one side and one that it requires, in a version that is not the
        other side's, although it is its own side's.
        """
        for name, distribution in ours.items():
            for requirement in distribution.requires:
                needed = requirement.name
                heeded = satisfies(requirement, ours.get(needed))
                both_move = {name, needed} <= self._moving
                if heeded and both_move and not satisfies(requirement, others.get(needed)):
                    yield name, needed

    @cached_property
    def _needed_by(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = {name: set() for name in self._needs}
        for name, needs in self._needs.items():
            for needed in needs:
                found[needed].add(name)
        return found

    @cached_property
    def _linked(self) -> Mapping[str, Moves]:
        """By move, all that need it or that it needs, by however many steps."""

        def both(name: str) -> set[str]:
            return self._needs[name] | self._needed_by[name]

        links = {name: both(name) for name in self._needs}
        return {name: _reached(frozenset({name}), links) for name in links}


def _reached(start: Moves, links: Mapping[str, set[str]]) -> Moves:
    found, left = set(start), list(start)
    while left:
        for name in links[left.pop()] - found:
            found.add(name)
            left.append(name)
    return frozenset(found)

"""Which of the moves from OLD to NEW make differences appear, found by as few trials as can be.

At first each difference is taken to have one cause: a trial of a third of the candidates of each
narrows all of them at once. Whoever is left is proved: OLD with it has the difference, NEW without
it has not. Where that fails, several moves are needed together, or more than one of them suffices,
and the smallest set is searched for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from starlette_conformance.causes.candidates import (
    NONE,
    Difference,
    Moves,
    Outcome,
    OutOfTime,
    Space,
)
from starlette_conformance.explain.cause import How

MOST = 3
"""Sets of moves, each of which suffices, that are looked for."""


@dataclass(frozen=True)
class Sufficient:
    """Moves that make a difference appear, and none of which can be left out. `how` says whether
    there is one, whether packages need each other so that none moves by itself (`inseparable`), or
    several are needed: each for all of it (`together`), or each for a part of it (`parts`).
    """

    moves: Moves
    how: How


@dataclass(frozen=True)
class Explanation:
    """The sets of moves each of which suffices: one, where there is no choice. `proved` says that
    OLD with any of them has the difference, and NEW without all of them has not. `untold` says why
    there is none, or no proof.
    """

    sufficient: tuple[Sufficient, ...] = ()
    proved: bool = False
    untold: str = ""


@dataclass
class Search:
    """Of the causes of differences between OLD and NEW."""

    space: Space
    _found: dict[Difference, Explanation] = field(default_factory=dict)

    def explanations(self, differences: Iterable[Difference]) -> dict[Difference, Explanation]:
        """The cause of each difference, or why it could not be told."""
        every = list(differences)
        try:
            certain = self._reproduced(every)
            self._explain(certain)
        except OutOfTime as error:
            for each in every:
                self._found.setdefault(each, Explanation(untold=str(error)))
        return self._found

    def _reproduced(self, every: Sequence[Difference]) -> list[Difference]:
        """Those that trials of OLD and of NEW show."""
        old, new = self.space.run([NONE, frozenset(self.space.moves)])
        certain = []
        for each in every:
            seen = old.get(each), new.get(each)
            if seen == (Outcome.OLD, Outcome.NEW):
                certain.append(each)
            else:
                side = "NEW" if seen[0] == Outcome.OLD else "OLD"
                why = f"a trial with all packages of {side} did not behave as {side} did"
                self._found[each] = Explanation(untold=why)
        return certain

    def _explain(self, differences: Sequence[Difference]) -> None:
        candidates = self.space.narrowed(differences, self.space.moves)
        self._try_proofs(candidates.values())
        for each in differences:
            self._found[each] = self._explanation(each, candidates[each])

    def _try_proofs(self, candidates: Iterable[Moves]) -> None:
        """Make the trials that prove single causes, all of them side by side."""
        distinct = [each for each in dict.fromkeys(candidates) if each]
        self.space.run(
            [
                trial
                for each in distinct
                for trial in (self.space.closed(each), self.space.without(each))
            ]
        )

    def _explanation(self, difference: Difference, candidates: Moves) -> Explanation:
        found: list[Sufficient] = []
        taken = NONE
        while len(found) < MOST:
            if found:
                universe = self.space.beside(taken)
                candidates = self.space.narrowed([difference], universe)[difference]
            one = self._sufficient(difference, candidates, taken)
            if one is None:
                break
            found.append(one)
            taken |= one.moves
            without = self.space.outcome(difference, self.space.without(taken))
            if without == Outcome.OLD:
                return Explanation(tuple(found), proved=True)
            if without != Outcome.NEW:
                why = (
                    "NEW without it could not be tried"
                    if without is None
                    else "NEW without it behaves in a third way"
                )
                return Explanation(tuple(found), untold=why)
        if found:
            why = f"NEW without {' and '.join(sorted(taken))} has the difference, too"
            return Explanation(tuple(found), untold=why)
        return Explanation(
            untold="the trials contradict each other: it depends on more than which packages moved"
        )

    def _sufficient(
        self, difference: Difference, candidates: Moves, taken: Moves
    ) -> Sufficient | None:
        """A smallest set beside those that are taken; None where there is none."""
        universe = self.space.beside(taken)
        if self.space.are_one(candidates, frozenset(universe)) and (
            self.space.outcome(difference, self.space.closed(candidates)) == Outcome.NEW
        ):
            return Sufficient(candidates, "alone" if len(candidates) == 1 else "inseparable")
        chosen: list[str] = []
        while self.space.outcome(difference, self.space.closed(frozenset(chosen))) != Outcome.NEW:
            if not universe:
                return None
            low, high = 0, len(universe)
            while high - low > 1:
                middle = (low + high) // 2
                tried = self.space.closed(frozenset([*chosen, *universe[:middle]]))
                if self.space.outcome(difference, tried) == Outcome.NEW:
                    high = middle
                else:
                    low = middle
            chosen.append(universe[high - 1])
            universe = universe[: high - 1]
        return self._smallest(difference, frozenset(chosen))

    def _smallest(self, difference: Difference, chosen: Moves) -> Sufficient:
        """Without what turns out to be needless, and by what each of them adds."""
        for each in sorted(chosen):
            needed = self.space.closed(frozenset({each})) - {each}
            without = (chosen - {each}) | needed
            if each in self.space.closed(without) or needed <= chosen:
                continue
            if self.space.outcome(difference, self.space.closed(without)) == Outcome.NEW:
                return self._smallest(difference, without)
        outcomes = {}
        for each in sorted(chosen):
            outcomes[each] = self.space.outcome(difference, self.space.closed(chosen - {each}))
            if outcomes[each] == Outcome.NEW and len(chosen) > 1:
                return self._smallest(difference, chosen - {each})
        silent = {each for each, outcome in outcomes.items() if outcome is None}
        if (
            silent
            and self.space.outcome(difference, self.space.closed(chosen - silent)) == Outcome.NEW
        ):
            return self._smallest(difference, chosen - silent)  # they need each other
        every = chosen.union(*map(self.space.inseparable_from, chosen))
        if len(every) == 1:
            return Sufficient(every, "alone")
        if silent or len(chosen) == 1:
            return Sufficient(every, "inseparable")
        return Sufficient(
            every, "parts" if set(outcomes.values()) == {Outcome.OTHER} else "together"
        )

"""Which of the moves from OLD to NEW make differences appear, found by as few trials as can be.

A trial is OLD with some of NEW's moves. It shows of every difference whether the trial behaves as
OLD does, as NEW does, or in a third way; so one trial serves all. At first each difference is taken
to have one cause: a trial of a third of the candidates of each narrows all of them at once. Whoever
is left is proved: OLD with it has the difference, NEW without it has not. Where that fails, several
moves are needed together, or more than one of them suffices, and the smallest set is searched for.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Moves = frozenset[str]
NONE: Moves = frozenset()

How = Literal["alone", "inseparable", "together", "parts"]

PARTS = 3
"""Into so many parts candidates are cut: all but one are tried side by side."""
FEW = 6
"""Candidates that are also tried one by one, where no part of them tells anything."""
ODD = 1
"""Trials that may show a difference in a third way, before several moves are taken to make it."""
MOST = 3
"""Sets of moves, each of which suffices, that are looked for."""


class Outcome(Enum):
    """How a trial behaves where OLD and NEW differ."""

    OLD = "as OLD"
    NEW = "as NEW"
    OTHER = "in a third way"


Difference = Hashable
Outcomes = Mapping[Difference, Outcome]
"""Of one trial; a difference of which it shows nothing is left out."""


class OutOfTime(Exception):  # noqa: N818  (no fault)
    """No trial is made any more."""


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
    """`moves` are all of them in an order that keeps together what moves together. `closed` adds
    what must move with some of them, `closed_back` what must stay behind with some. `run` makes
    trials, each of a set of moves, and raises OutOfTime.
    """

    moves: Sequence[str]
    closed: Callable[[Moves], Moves]
    closed_back: Callable[[Moves], Moves]
    run: Callable[[Sequence[Moves]], list[Outcomes]]
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
        old, new = self.run([NONE, frozenset(self.moves)])
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
        candidates = self._narrowed(differences, self.moves)
        self._try_proofs(candidates.values())
        for each in differences:
            self._found[each] = self._explanation(each, candidates[each])

    def _try_proofs(self, candidates: Iterable[Moves]) -> None:
        """Make the trials that prove single causes, all of them side by side."""
        distinct = [each for each in dict.fromkeys(candidates) if each]
        self.run([trial for each in distinct for trial in (self._with(each), self._without(each))])

    def _with(self, moves: Moves) -> Moves:
        return self.closed(moves)

    def _without(self, moves: Moves) -> Moves:
        return frozenset(self.moves) - self.closed_back(moves)

    def _outcome(self, difference: Difference, moves: Moves) -> Outcome | None:
        return self.run([moves])[0].get(difference)

    def _explanation(self, difference: Difference, candidates: Moves) -> Explanation:
        found: list[Sufficient] = []
        taken = NONE
        while len(found) < MOST:
            if found:
                universe = [each for each in self.moves if each in self._without(taken)]
                candidates = self._narrowed([difference], universe)[difference]
            one = self._sufficient(difference, candidates, taken)
            if one is None:
                break
            found.append(one)
            taken |= one.moves
            without = self._outcome(difference, self._without(taken))
            if without == Outcome.OLD:
                return Explanation(tuple(found), proved=True)
            if without != Outcome.NEW:
                why = (
                    "NEW without it could not be tried"
                    if without is None
                    else ("NEW without it behaves in a third way")
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
        universe = [each for each in self.moves if each in self._without(taken)]
        if self._are_one(candidates, frozenset(universe)) and (
            self._outcome(difference, self._with(candidates)) == Outcome.NEW
        ):
            return Sufficient(candidates, "alone" if len(candidates) == 1 else "inseparable")
        chosen: list[str] = []
        while self._outcome(difference, self._with(frozenset(chosen))) != Outcome.NEW:
            if not universe:
                return None
            low, high = 0, len(universe)
            while high - low > 1:
                middle = (low + high) // 2
                tried = self._with(frozenset([*chosen, *universe[:middle]]))
                if self._outcome(difference, tried) == Outcome.NEW:
                    high = middle
                else:
                    low = middle
            chosen.append(universe[high - 1])
            universe = universe[: high - 1]
        return self._smallest(difference, frozenset(chosen))

    def _are_one(self, candidates: Moves, universe: Moves) -> bool:
        """Whether they cannot be told apart by any trial."""
        return bool(candidates) and next(self._cuts(candidates, universe), None) is None

    def _smallest(self, difference: Difference, chosen: Moves) -> Sufficient:
        """Without what turns out to be needless, and by what each of them adds."""
        for each in sorted(chosen):
            needed = self.closed(frozenset({each})) - {each}
            without = (chosen - {each}) | needed
            if each in self._with(without) or needed <= chosen:
                continue
            if self._outcome(difference, self._with(without)) == Outcome.NEW:
                return self._smallest(difference, without)
        outcomes = {}
        for each in sorted(chosen):
            outcomes[each] = self._outcome(difference, self._with(chosen - {each}))
            if outcomes[each] == Outcome.NEW and len(chosen) > 1:
                return self._smallest(difference, chosen - {each})
        silent = {each for each, outcome in outcomes.items() if outcome is None}
        if silent and self._outcome(difference, self._with(chosen - silent)) == Outcome.NEW:
            return self._smallest(difference, chosen - silent)  # they need each other
        every = chosen.union(*map(self._inseparable_from, chosen))
        if len(every) == 1:
            return Sufficient(every, "alone")
        if silent or len(chosen) == 1:
            return Sufficient(every, "inseparable")
        return Sufficient(
            every, "parts" if set(outcomes.values()) == {Outcome.OTHER} else "together"
        )

    def _inseparable_from(self, one: str) -> Moves:
        """What moves with it, and cannot move without it."""
        with_it = self.closed(frozenset({one}))
        return frozenset(each for each in with_it if one in self.closed(frozenset({each})))

    def _narrowed(
        self, differences: Sequence[Difference], universe: Sequence[str]
    ) -> dict[Difference, Moves]:
        """The candidates of each difference that are left, if it has one cause among them; none of
        one that several moves make in parts.
        """
        left = {each: frozenset(universe) for each in differences}
        odd: Counter[Difference] = Counter()
        cuts: dict[Moves, Iterator[_Cut]] = {}
        while True:
            batches = {}
            for group in dict.fromkeys(left.values()):
                cut = cuts.setdefault(group, self._cuts(group, frozenset(universe)))
                if batch := next(cut, None):
                    batches[group] = batch
            if not batches:
                return left
            shared = _shared(batches)
            trials = self.run(shared)
            if len(batches) > 1 and not all(trials):
                alone = [trial for _, batch in batches.values() for trial in batch]
                shared, trials = [*shared, *alone], [*trials, *self.run(alone)]
            for moves, outcomes in zip(shared, trials, strict=True):
                for each, group in left.items():
                    outcome = outcomes.get(each)
                    odd[each] += outcome == Outcome.OTHER
                    left[each] = NONE if odd[each] > ODD else _after(group, moves, outcome)

    def _cuts(self, group: Moves, universe: Moves) -> Iterator["_Cut"]:
        """Trials that tell a part of some candidates from the rest, the best ones first."""
        ordered = [each for each in self.moves if each in group]
        size = max(1, -(-len(ordered) // PARTS))
        parts = [frozenset(ordered[at : at + size]) for at in range(0, len(ordered), size)]
        single = [frozenset({each}) for each in ordered] if len(ordered) <= FEW else []
        seen: set[Moves] = {NONE, group}
        for these in (parts[:-1], parts[-1:], single):
            for forward in (True, False):
                batch = []
                for part in these:
                    trial = self._with(part) if forward else universe - self.closed_back(part)
                    if (cut := trial & group) not in seen:
                        seen |= {cut, group - cut}
                        batch.append(trial)
                if batch:
                    yield forward, batch


_Cut = tuple[bool, list[Moves]]
"""Whether trials move some candidates, or leave some behind; and the trials."""


def _shared(batches: Mapping[Moves, _Cut]) -> list[Moves]:
    """As few trials as serve all groups: what moves some of one may move some of others, too."""
    found: list[Moves] = []
    for forward in (True, False):
        those = {group: batch for group, (way, batch) in batches.items() if way == forward}
        for number in range(max(map(len, those.values()), default=0)):
            own = {group: batch[number] for group, batch in those.items() if number < len(batch)}
            first, *rest = own.values()
            united = first.union(*rest) if forward else first.intersection(*rest)
            found.append(united)
            found += [each for group, each in own.items() if each & group != united & group]
    return list(dict.fromkeys(found))


def _after(group: Moves, tried: Moves, outcome: Outcome | None) -> Moves:
    """The candidates that are left once a trial is made; all of them, where it contradicts."""
    if outcome == Outcome.NEW:
        return group & tried or group
    if outcome == Outcome.OLD:
        return group - tried or group
    return group

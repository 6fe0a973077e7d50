"""What trials show, and which moves are left as candidates for the cause of a difference.

A trial is OLD with some of NEW's moves. It shows of every difference whether the trial behaves as
OLD does, as NEW does, or in a third way; so one trial serves all.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

Moves = frozenset[str]
NONE: Moves = frozenset()

PARTS = 3
"""Into so many parts candidates are cut: all but one are tried side by side."""
FEW = 6
"""Candidates that are also tried one by one, where no part of them tells anything."""
ODD = 1
"""Trials that may show a difference in a third way, before several moves are taken to make it."""


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
class Space:
    """`moves` are all of them in an order that keeps together what moves together. `closed` adds
    what must move with some of them, `closed_back` what must stay behind with some. `run` makes
    trials, each of a closed set of moves, and raises OutOfTime.
    """

    moves: Sequence[str]
    closed: Callable[[Moves], Moves]
    closed_back: Callable[[Moves], Moves]
    run: Callable[[Sequence[Moves]], list[Outcomes]]

    def without(self, moves: Moves) -> Moves:
        """All moves but some, and those that need them."""
        return frozenset(self.moves) - self.closed_back(moves)

    def beside(self, moves: Moves) -> list[str]:
        """The same, in order."""
        without = self.without(moves)
        return [each for each in self.moves if each in without]

    def outcome(self, difference: Difference, moves: Moves) -> Outcome | None:
        """Of OLD with some moves; None where that shows nothing."""
        return self.run([moves])[0].get(difference)

    def are_one(self, candidates: Moves, universe: Moves) -> bool:
        """Whether they cannot be told apart by any trial."""
        return bool(candidates) and next(self._cuts(candidates, universe), None) is None

    def inseparable_from(self, one: str) -> Moves:
        """What moves with it, and cannot move without it."""
        with_it = self.closed(frozenset({one}))
        return frozenset(each for each in with_it if one in self.closed(frozenset({each})))

    def narrowed(
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
                    trial = self.closed(part) if forward else universe - self.closed_back(part)
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

"""Whether a trial behaves the same each time: only then do packages make a difference.

State that outlives a start, or who starts first, makes differences between OLD and NEW as well, and
trials in turns may seem to prove that a package does. So NEW without the cause, which behaves as
OLD, is tried twice more, side by side: of two that start at once, one is the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from starlette_conformance.causes.candidates import (
    NONE,
    Difference,
    Moves,
    Outcome,
    Outcomes,
    OutOfTime,
    Space,
)
from starlette_conformance.causes.search import Explanation

TIMES = 2
DEPENDS = (
    "the same packages behave in two ways: it depends on more than which of them moved, such as "
    "what an earlier start left, or which starts first"
)


def confirmed(
    found: Mapping[Difference, Explanation],
    space: Space,
    anew: Callable[[Sequence[Moves]], list[Outcomes]],
) -> dict[Difference, Explanation]:
    """What is proved, and stays so. `anew` makes trials again."""
    proofs = {each: _without(one, space) for each, one in found.items() if one.proved}
    distinct = list(dict.fromkeys(proofs.values()))
    try:
        outcomes = anew([moves for moves in distinct for _ in range(TIMES)])
    except OutOfTime as error:
        return {
            each: replace(one, proved=False, untold=str(error)) if one.proved else one
            for each, one in found.items()
        }
    trials = {
        moves: outcomes[TIMES * number : TIMES * (number + 1)]
        for number, moves in enumerate(distinct)
    }
    return {
        each: Explanation(untold=DEPENDS)
        if each in proofs and not _are_as_old(each, trials[proofs[each]])
        else one
        for each, one in found.items()
    }


def _without(one: Explanation, space: Space) -> Moves:
    return space.without(NONE.union(*(each.moves for each in one.sufficient)))


def _are_as_old(difference: Difference, trials: Sequence[Outcomes]) -> bool:
    """What did not start shows nothing."""
    return all(each.get(difference, Outcome.OLD) == Outcome.OLD for each in trials)

"""Turns: where an answer changed from one release to the next, and the named changes behind it.

A change is behind a turn when the answer that its release predicts (`specs/predictions.py`) would
be another one without it. Where the prediction is not exact, the turn is unexplained.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from harness.changes import Change
from harness.effects import Effect, Step, between, predicted
from harness.environments import Environment
from harness.expect import Response
from harness.report.reading import Column, Pool, Row
from harness.request import Request


class Between:
    """What the named changes that lie between two stacks do to an answer."""

    def __init__(
        self, older: Environment, newer: Environment, changes: Mapping[str, Change], effects: Any
    ) -> None:
        self.steps = between(effects, older, newer)
        self.without: dict[str, list[Step]] = {}
        for name, change in changes.items():
            if change.applies_to(older) != change.applies_to(newer):
                others = [effect for effect in effects if effect.change != change]
                self.without[name] = between(others, older, newer)

    def behind(
        self,
        request: Request,
        before: Response,
        after: Response,
        others: Mapping[Request, Response],
    ) -> tuple[list[str], bool]:
        """The names of the changes behind a turn, and whether they explain it exactly."""
        foreseen = predicted(self.steps, request, before, others)
        names = [
            name
            for name, steps in self.without.items()
            if predicted(steps, request, before, others) != foreseen
        ]
        return names, foreseen == after


def turns(
    columns: Sequence[Column],
    groups: Sequence[Sequence[int]],
    rows: Sequence[Row],
    pool: Pool,
    changes: Mapping[str, Change],
    effects: Sequence[Effect],
) -> list[dict[str, Any]]:
    """The turns within each group of columns that are neighbours, in order.

    An exchange is compared with the one of the nearest stack before it that was asked the same.
    """

    @cache
    def lying_between(older: int, newer: int) -> Between | None:
        pair = columns[older].environment, columns[newer].environment
        return Between(*pair, changes, effects) if pair[0] and pair[1] else None

    @cache
    def all_of(stack: int) -> dict[Request, Response]:
        """What a stack answered to each request."""
        return {
            pool.requests.things[request]: pool.answers.things[answer]
            for cell in columns[stack].cells.values()
            for request, answer in cell.exchanges
        }

    found: list[dict[str, Any]] = []
    for group in groups:
        last: dict[tuple[Row, int, int], tuple[int, int]] = {}
        for stack in group:
            for number, row in enumerate(rows):
                cell = columns[stack].cells.get(row)
                seen: Counter[int] = Counter()
                for place, (request, answer) in enumerate(cell.exchanges if cell else ()):
                    key = row, request, seen[request]
                    seen[request] += 1
                    since, before = last.get(key, (stack, answer))
                    last[key] = stack, answer
                    if before == answer:
                        continue
                    changed = lying_between(since, stack)
                    names, explained = (
                        changed.behind(
                            pool.requests.things[request],
                            pool.answers.things[before],
                            pool.answers.things[answer],
                            all_of(since),
                        )
                        if changed
                        else ([], False)
                    )
                    found.append(
                        {
                            "spec": number,
                            "since": since,
                            "stack": stack,
                            "exchange": place,
                            "changes": names,
                            "explained": explained,
                        }
                    )
    return found

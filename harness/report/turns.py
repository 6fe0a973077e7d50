"""Turns: where an answer changed from one release to the next, and the named changes behind it.

A change is behind a turn when the answer that its release predicts (`specs/predictions.py`) would
be another one without it. Where that names none, since two changes come to the same, or where there
is no exact prediction, those changes are behind it that the spec asserted, one way and the other,
and passed. A turn with neither is unexplained.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from harness.changes import Change
from harness.effects import Effect, Rewrite, between, predicted
from harness.environments import Environment
from harness.expect import Response
from harness.report.reading import Cell, Column, Pool, Row
from harness.request import Request


class Between:
    """What the named changes that lie between two stacks do to an answer."""

    def __init__(
        self,
        older: Environment,
        newer: Environment,
        changes: Mapping[str, Change],
        effects: Sequence[Effect],
    ) -> None:
        self.changes = changes
        self.rewriting: set[Change | None] = set()
        self.steps = between([self._noted(each) for each in effects], older, newer)
        self.without = {
            name: between([each for each in effects if each.change != change], older, newer)
            for name, change in changes.items()
            if change.applies_to(older) != change.applies_to(newer)
        }

    def _noted(self, effect: Effect) -> Effect:
        """The effect, which tells when it rewrites: there are many, and few concern an answer."""

        def noted(rewrite: Rewrite) -> Rewrite:
            def rewritten(request: Request, answer: Response, newer: Environment) -> Response:
                self.rewriting.add(effect.change)
                return rewrite(request, answer, newer)

            return rewritten

        back = noted(effect.back) if effect.back else None
        return replace(effect, rewrite=noted(effect.rewrite), back=back)

    def behind(
        self,
        request: Request,
        before: Response,
        after: Response,
        others: Mapping[Request, Response],
    ) -> tuple[list[str], bool]:
        """The changes without which another answer is predicted, and whether this one is."""
        self.rewriting.clear()
        foreseen = predicted(self.steps, request, before, others)
        names = [
            name
            for name, steps in self.without.items()
            if self.changes[name] in self.rewriting
            and predicted(steps, request, before, others) != foreseen
        ]
        return names, foreseen == after


class Turns:
    """The turns of columns that are neighbours."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        pool: Pool,
        changes: Mapping[str, Change],
        effects: Sequence[Effect],
    ) -> None:
        self.columns, self.rows, self.pool = columns, rows, pool
        self.changes, self.effects = changes, effects
        self._between = cache(self._lying_between)
        self._answers = cache(self._answers_of)

    def of(self, group: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Those of a group of columns, in order.

        An exchange is compared with the one of the nearest stack before it that was asked the same.
        """
        last: dict[tuple[Row, int, int], tuple[int, int]] = {}
        for stack in group:
            for number, row in enumerate(self.rows):
                cell = self.columns[stack].cells.get(row)
                seen: Counter[int] = Counter()
                for place, (request, answer) in enumerate(cell.exchanges if cell else ()):
                    key = row, request, seen[request]
                    seen[request] += 1
                    since, before = last.get(key, (stack, answer))
                    last[key] = stack, answer
                    if before != answer:
                        names, explained = self._behind(row, since, stack, request, before, answer)
                        yield {
                            "spec": number,
                            "since": since,
                            "stack": stack,
                            "exchange": place,
                            "changes": names,
                            "explained": explained,
                        }

    def _behind(
        self, row: Row, since: int, stack: int, request: int, before: int, answer: int
    ) -> tuple[list[str], bool]:
        asserted = _asserted_between(self.columns[since].cells[row], self.columns[stack].cells[row])
        changed = self._between(since, stack)
        if changed is None:
            return asserted, False
        answers = self.pool.answers.things
        names, foreseen = changed.behind(
            self.pool.requests.things[request],
            answers[before],
            answers[answer],
            self._answers(since),
        )
        return (names if names and foreseen else asserted), foreseen or bool(asserted)

    def _lying_between(self, older: int, newer: int) -> Between | None:
        pair = self.columns[older].environment, self.columns[newer].environment
        return (
            Between(pair[0], pair[1], self.changes, self.effects) if pair[0] and pair[1] else None
        )

    def _answers_of(self, stack: int) -> dict[Request, Response]:
        """What a stack answered to each request."""
        return {
            self.pool.requests.things[request]: self.pool.answers.things[answer]
            for cell in self.columns[stack].cells.values()
            for request, answer in cell.exchanges
        }


def _asserted_between(before: Cell, after: Cell) -> list[str]:
    """The changes that a spec asserted, one way and the other, and passed."""
    if (before.verdict, after.verdict) != ("pass", "pass"):
        return []
    one, other = dict(before.changes), dict(after.changes)
    return [name for name in one if name in other and one[name] != other[name]]

"""Turns: where an answer changed from one release to the next, and the named changes behind it.

A change is behind a turn when its effect (`specs/ledger/effects.py`) alters a field that differs,
on the way from one answer to the other. Where the effects do not come out exactly, those changes
are behind it that the spec asserted, one way and the other, and passed. A turn with neither is
unexplained.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from starlette_conformance.explain.explainer import middle
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, between, differing, traced
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.report.merged_runs import Cell, Column, Pool, Row


class Between:
    """What the named changes that lie between two stacks do to the answers of both.

    As in a diff, both are rewritten to those of a stack in the middle that has whatever is newer.
    """

    def __init__(
        self,
        older: Environment,
        newer: Environment,
        answers: tuple[Mapping[Request, Response], Mapping[Request, Response]],
        effects: Sequence[Effect],
    ) -> None:
        between_them = middle(older, newer)
        self._forth = between(effects, older, between_them)
        self._back = between(effects, newer, between_them)
        self._before, self._after = answers

    def behind(
        self, request: Request, before: Response, after: Response
    ) -> tuple[list[Change], bool]:
        """The changes that alter what differs, and whether they explain all of it."""
        forth = traced(self._forth, request, before, self._before)
        back = traced(self._back, request, after, self._after)
        fields = differing(before, after).keys()
        found = [
            change
            for steps in (forth, back)
            for (_, was), (change, now) in itertools.pairwise(steps)
            if change and fields & differing(was, now).keys()
        ]
        return list(dict.fromkeys(found)), forth[-1][1] == back[-1][1]


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
        found, foreseen = changed.behind(
            self.pool.requests.things[request], answers[before], answers[answer]
        )
        names = [name for name, change in self.changes.items() if change in found]
        return (names if names and foreseen else asserted), foreseen or bool(asserted)

    def _lying_between(self, older: int, newer: int) -> Between | None:
        one, other = self.columns[older].environment, self.columns[newer].environment
        answers = self._answers(older), self._answers(newer)
        return Between(one, other, answers, self.effects) if one and other else None

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

"""Why the response to a request differs between any two of many stacks.

Stacks that have the same response, and between which no change acts on it, are one phase: it is
enough to explain the difference between each two phases, and not between each two stacks.
"""

import itertools
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from starlette_conformance.explain.asserted import (
    by_assertion,
    changes_asserted,
    observed,
    until_cut,
)
from starlette_conformance.explain.comparison import Comparison, responses_by_app
from starlette_conformance.explain.explainer import Explained, Explainer
from starlette_conformance.explain.kinds import Has, kind_of
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.report.merged_runs import Column, Pool
from starlette_conformance.report.recorded_requests import RecordedRequest
from starlette_conformance.stacks.ledger import Ledger


@dataclass(frozen=True)
class Kind:
    """Stacks that are alike to the explainer, and have one response; the first stands for all."""

    stacks: tuple[int, ...]
    has: Has
    response: int

    @property
    def first(self) -> int:
        return self.stacks[0]


@dataclass(frozen=True)
class Phase:
    """Stacks that differ from all others for the same reasons."""

    stacks: tuple[int, ...]
    response: int


@dataclass(frozen=True)
class Phases:
    """Those of a request, and why the second of each two of them differs from the first.

    Two that are not in `between` do not differ.
    """

    phases: tuple[Phase, ...]
    between: Mapping[tuple[int, int], Explained]


class PhaseFinder:
    """The columns, and what is known of the changes between them."""

    def __init__(self, columns: Sequence[Column], pool: Pool, ledger: Ledger) -> None:
        self._columns, self._pool, self._ledger = columns, pool, ledger
        self._comparison = cache(self._comparison_of)
        self._explainer = cache(self._explainer_of)
        self._responses = cache(self._responses_of)
        self._has = cache(self._has_of)

    def find(self, recorded: RecordedRequest) -> Phases:
        rough = self._rough_phases(recorded)
        known: dict[tuple[int, int], list[tuple[Has, Explained]]] = {}
        why: dict[tuple[Kind, Kind], Explained] = {}
        for (i, earlier), (j, later) in itertools.combinations(enumerate(rough), 2):
            for one, other in itertools.product(earlier, later):
                found = known.setdefault((i, j), [])
                why[one, other] = self._explained(recorded, one, other, found)
        return _phases(rough, why)

    def _rough_phases(self, recorded: RecordedRequest) -> list[list[Kind]]:
        """The kinds by phase; of those next to each other, no change acts on the response."""
        app = self._pool.requests.things[recorded.request].request.app
        stacks: dict[tuple[Has, int], list[int]] = {}
        for stack, response in sorted(recorded.responses.items()):
            stacks.setdefault((self._has(stack, app), response), []).append(stack)
        phases: list[list[Kind]] = []
        for (has, response), those in stacks.items():
            kind = Kind(tuple(those), has, response)
            for phase in reversed(phases):
                if phase[-1].response == response and self._is_one_phase(recorded, phase[-1], kind):
                    phase.append(kind)
                    break
            else:
                phases.append([kind])
        return phases

    def _is_one_phase(self, recorded: RecordedRequest, one: Kind, other: Kind) -> bool:
        explained = self._explain(recorded, one, other)
        return not (explained.acts or explained.differs)

    def _explained(
        self,
        recorded: RecordedRequest,
        one: Kind,
        other: Kind,
        known: list[tuple[Has, Explained]],
    ) -> Explained:
        """What explains two other kinds of the same phases does so for these, where all of it lies
        between them, too.
        """
        lying_between = one.has ^ other.has
        for reasons, explained in known:
            if reasons <= lying_between:
                return explained
        explained = self._explain(recorded, one, other)
        if not explained.remaining:
            parsers = {"h11", "httptools"} if None in explained.reasons else set[str]()
            known.append((frozenset({*filter(None, explained.reasons), *parsers}), explained))
        return explained

    def _explain(self, recorded: RecordedRequest, one: Kind, other: Kind) -> Explained:
        sent = self._pool.requests.things[recorded.request]
        before, after = (self._pool.responses.things[kind.response] for kind in (one, other))
        explainer = self._explainer(one.first, other.first, sent.variant)
        explained = explainer.explain(sent.request, before, after)
        if not (explained.remaining and recorded.peculiar):
            return explained
        explained = observed(until_cut(explained))
        known = self._ledger.changes
        parsers_differ = bool({"h11", "httptools"} & (one.has ^ other.has))
        for spec in recorded.specs:
            cells = [self._columns[kind.first].cells.get(spec) for kind in (one, other)]
            passed = [dict(cell.changes) for cell in cells if cell and cell.verdict == "pass"]
            if len(passed) == 2:
                names = changes_asserted(*passed)
                changes = [known[name] for name in names if name in known]
                explained = by_assertion(explained, changes, parsers_differ)
        return explained

    def _comparison_of(self, older: int, newer: int) -> Comparison:
        return Comparison(self._environment(older), self._environment(newer), self._ledger)

    def _explainer_of(self, older: int, newer: int, variant: str) -> Explainer:
        sides = (self._responses(stack).get(variant, {}) for stack in (older, newer))
        return self._comparison(older, newer).explainer(*sides)

    def _responses_of(self, stack: int) -> dict[str, dict[Request, Response]]:
        requests, pooled = self._pool.requests.things, self._pool.responses.things
        column = self._columns[stack]
        recorded = {requests[r]: pooled[a] for r, a in column.responses.items()}
        return responses_by_app(column.others | recorded)

    def _has_of(self, stack: int, app: str) -> Has:
        return kind_of(self._environment(stack), app, self._ledger.effects)

    def _environment(self, stack: int) -> Environment:
        environment = self._columns[stack].environment
        assert environment, "a stack that was not provisioned has no exchanges"
        return environment


def _phases(rough: Sequence[Sequence[Kind]], why: Mapping[tuple[Kind, Kind], Explained]) -> Phases:
    """Kinds of one phase that differ from others for other reasons are phases of their own."""
    merged: list[list[Kind]] = []
    place: dict[int, list[int]] = {}
    for number, kinds in enumerate(rough):
        alike: dict[Hashable, list[Kind]] = {}
        for kind in kinds:
            alike.setdefault(_reasons(kind, number, rough, why), []).append(kind)
        place[number] = list(range(len(merged), len(merged) + len(alike)))
        merged += alike.values()
    between = {
        (i, j): explained
        for one, other in itertools.combinations(place, 2)
        for i, j in itertools.product(place[one], place[other])
        if (explained := why[merged[i][0], merged[j][0]]).differs
    }
    return Phases(
        tuple(
            Phase(tuple(sorted(itertools.chain(*(k.stacks for k in kinds)))), kinds[0].response)
            for kinds in merged
        ),
        between,
    )


def _reasons(
    kind: Kind,
    number: int,
    rough: Sequence[Sequence[Kind]],
    why: Mapping[tuple[Kind, Kind], Explained],
) -> Hashable:
    """Why a kind differs from each kind of the other phases."""

    def ids() -> Iterator[int]:
        for other, kinds in enumerate(rough):
            for each in kinds if other != number else ():
                yield id(why[(kind, each) if number < other else (each, kind)])

    return tuple(ids())

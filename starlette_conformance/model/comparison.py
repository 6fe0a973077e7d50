"""Comparisons of what a stack produced with what a spec expects, for whoever records them.

`==` changes nothing that is compared. Within `recorded_assertions`, the changes that decided the
expectations of `==` are collected, if they held; `!=` asserts nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from starlette_conformance.model.expectations import Assertion

_recorded: ContextVar[set[Assertion] | None] = ContextVar("recorded", default=None)


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison: `expected` is the expectation as it is on the stack."""

    expected: Any
    holds: bool
    asserted: frozenset[Assertion]

    def record(self) -> bool:
        """Whether it holds, which whoever records assertions notes."""
        recorded = _recorded.get()
        if self.holds and recorded is not None:
            recorded |= self.asserted
        return self.holds


class Comparable:
    """What `==` compares with an expectation, and what that asserts is recorded."""

    def compare(self, expected: object) -> Comparison:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return self.compare(other).record()

    def __ne__(self, other: object) -> bool:
        return not self.compare(other).holds

    __hash__ = None  # type: ignore[assignment]


@contextmanager
def recorded_assertions() -> Iterator[set[Assertion]]:
    """What comparisons within assert, in this thread. An inner recording keeps its own."""
    recorded: set[Assertion] = set()
    token = _recorded.set(recorded)
    try:
        yield recorded
    finally:
        _recorded.reset(token)

"""The requests of all columns, each with the response of every stack.

A request that a spec sends in its own way (in pieces, with pauses, leaving early) gets a response
that a replay does not: it stands for itself, and no two stacks are compared by it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from starlette_conformance.report.merged_runs import Cell, Column, Row

Occurrence = tuple[Row, int, int]
"""A spec, the number of a request, and how often the spec had sent it before."""


@dataclass(frozen=True)
class RecordedRequest:
    """A request by its number, by column the number of the response, and the specs that send it.

    `peculiar` says that one of them sends it in its own way.
    """

    request: int
    responses: dict[int, int] = field(default_factory=dict)
    specs: dict[Row, None] = field(default_factory=dict)
    peculiar: bool = False


class RecordedRequests:
    """Those of all columns. The first ones have the numbers that they have in the pool."""

    def __init__(self, columns: Sequence[Column], count: int) -> None:
        self.all = [RecordedRequest(number) for number in range(count)]
        for place, column in enumerate(columns):
            for request, response in column.responses.items():
                self.all[request].responses[place] = response
        peculiar = {
            occurrence: None
            for column in columns
            for row, cell in column.cells.items()
            for occurrence, response in _occurrences(row, cell)
            if column.responses.get(occurrence[1]) != response
        }
        self._numbers = {each: count + number for number, each in enumerate(peculiar)}
        self.all += [RecordedRequest(request, peculiar=True) for _, request, _ in peculiar]
        for place, column in enumerate(columns):
            for row, cell in column.cells.items():
                for occurrence, response in _occurrences(row, cell):
                    recorded = self.all[self._numbers.get(occurrence, occurrence[1])]
                    recorded.responses[place] = response
                    recorded.specs[row] = None

    def of(self, row: Row, cell: Cell) -> Iterator[int]:
        """The numbers of what a cell sent."""
        for occurrence, _ in _occurrences(row, cell):
            yield self._numbers.get(occurrence, occurrence[1])


def _occurrences(row: Row, cell: Cell) -> Iterable[tuple[Occurrence, int]]:
    seen: Counter[int] = Counter()
    for request, response in cell.exchanges:
        yield (row, request, seen[request]), response
        seen[request] += 1

"""What was counted of a request, or of an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median


@dataclass(frozen=True)
class Count:
    """Instructions a unit, by repeat in each of `layouts`, and bytes a unit over the wire.

    `syscalls` has the median of system calls a unit by name, the mean of that in all layouts, and
    `ranges` the lowest and the highest number of those that not every repeat makes as often.
    `bytes_apart` is how many more one repeat has than another.
    """

    instructions: tuple[float, ...]
    bytes: float
    layouts: int = 1
    syscalls: Mapping[str, float] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    bytes_apart: int = 0

    def __add__(self, other: "Count") -> "Count":
        layouts = self.layouts + other.layouts
        both = (self, other)
        names = sorted({*self.syscalls, *other.syscalls, *self.ranges, *other.ranges})
        calls = {
            name: sum(each.syscalls.get(name, 0) * each.layouts for each in both) / layouts
            for name in names
        }
        ranges = {name: [end for each in both for end in each.range_of(name)] for name in names}
        return replace(
            self,
            instructions=self.instructions + other.instructions,
            layouts=layouts,
            syscalls=calls,
            ranges={n: (min(ends), max(ends)) for n, ends in ranges.items() if len({*ends}) > 1},
        )

    def range_of(self, name: str) -> tuple[float, float]:
        """The lowest and the highest number of a system call."""
        number = self.syscalls.get(name, 0.0)
        return self.ranges.get(name, (number, number))

    @property
    def each(self) -> "list[Count]":
        """One of each layout."""
        some = len(self.instructions) // self.layouts
        return [
            replace(self, instructions=self.instructions[some * n : some * (n + 1)], layouts=1)
            for n in range(self.layouts)
        ]

    @property
    def median(self) -> float:
        return median(self.instructions)

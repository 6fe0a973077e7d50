"""What was counted of a request, or of an event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median


@dataclass(frozen=True)
class Count:
    """Instructions a unit, by repeat in each of `layouts`, and bytes a unit over the wire.

    `syscalls` has the median of system calls a unit by name, the mean of that in all layouts, and
    `totals` those of all names by repeat; `apart` is how many more one repeat has than another, and
    so is `bytes_apart`.
    """

    instructions: tuple[float, ...]
    bytes: float
    layouts: int = 1
    syscalls: Mapping[str, float] = field(default_factory=dict)
    totals: tuple[float, ...] = (0.0,)
    bytes_apart: int = 0

    def __add__(self, other: "Count") -> "Count":
        layouts = self.layouts + other.layouts
        both = (self, other)
        calls = {
            name: sum(each.syscalls.get(name, 0) * each.layouts for each in both) / layouts
            for name in sorted({*self.syscalls, *other.syscalls})
        }
        return replace(
            self,
            instructions=self.instructions + other.instructions,
            layouts=layouts,
            syscalls=calls,
            totals=self.totals + other.totals,
        )

    @property
    def apart(self) -> float:
        return max(self.totals) - min(self.totals)

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

"""One figure of a gate."""

from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One figure of both stacks. `change` and `noise` are shares, or bytes for memory, and calls
    for system calls.

    `noise` is what the figure may be off by; `outcome` is pass, regression, cannot tell, or shown.
    `detail` says what it is made of, where it changed.
    """

    benchmark: str
    what: str
    old: float
    new: float
    change: float
    noise: float
    limit: float
    outcome: str
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"limit": self.limit if isfinite(self.limit) else None}

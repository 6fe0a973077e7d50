"""Values of which chance decides, where a spec expects one."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class leading:  # noqa: N801
    """A body sent in the first of these chunks: how many of them is a matter of chance."""

    chunks: tuple[bytes, ...]

    def __init__(self, *chunks: bytes) -> None:
        object.__setattr__(self, "chunks", chunks)

    def __repr__(self) -> str:
        return f"the first of {', '.join(map(repr, self.chunks))}"


@dataclass(frozen=True)
class one_of:  # noqa: N801
    """A value of an outcome of which chance decides between some."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

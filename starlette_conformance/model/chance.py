"""Values of which chance decides, where a spec expects one."""

from dataclasses import dataclass
from typing import Any

from starlette_conformance.model.matcher import Matcher


@dataclass(frozen=True)
class leading:  # noqa: N801
    """A body sent in the first of these chunks: how many of them is a matter of chance."""

    chunks: tuple[bytes, ...]

    def __init__(self, *chunks: bytes) -> None:
        object.__setattr__(self, "chunks", chunks)

    def __repr__(self) -> str:
        return f"the first of {', '.join(map(repr, self.chunks))}"


@dataclass(frozen=True)
class within(Matcher):  # noqa: N801
    """So many seconds, written as in `15.02 s`: at least `least`, and less than `most`."""

    least: float
    most: float

    def accepts(self, text: str, at: float) -> bool:  # noqa: ARG002
        return self.least <= float(text.removesuffix(" s")) < self.most

    def __repr__(self) -> str:
        return f"{self.least:g} s to {self.most:g} s"


@dataclass(frozen=True)
class one_of:  # noqa: N801
    """A value of an outcome of which chance decides between some."""

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", values)

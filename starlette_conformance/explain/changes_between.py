"""Changes between two stacks that are no difference of a response."""

from dataclasses import dataclass
from typing import Literal

from starlette_conformance.model.changes import Change


@dataclass(frozen=True)
class Security:
    """A security fix that lies between the stacks, or that NEW lacks altogether."""

    name: str
    change: Change
    standing: Literal["gained", "lost", "lacking"]


@dataclass(frozen=True)
class NotShown:
    """A change between the stacks that no request shows, and why; `lost` as of a group."""

    name: str
    change: Change
    lost: bool
    why: str

"""What a `stacks.toml` may hold, which the file itself explains; checked before it is used."""

import math
from pathlib import Path
from typing import Any

import msgspec
from packaging.requirements import Requirement

from starlette_conformance.model.decode import SHOWN, checked, from_toml
from starlette_conformance.model.errors import shortened

NO_PACKAGES = ("parser", "python")
"""What an axis may vary besides packages."""


STACKS = 10_000
"""Of one axis: each thing that varies multiplies them."""


class StackTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[stacks.NAME]`."""

    requirements: tuple[str, ...] = ()
    parser: str | None = None
    loop: str | None = None
    dated: bool = True
    also: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for requirement in self.requirements:
            Requirement(requirement)  # raises InvalidRequirement, a ValueError


class AxisTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[axes.NAME]`."""

    suite: str
    vary: dict[str, tuple[str, ...]]
    milestones: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    yanked: frozenset[str] = frozenset()
    apart: bool = False

    def __post_init__(self) -> None:
        if not self.vary:
            raise ValueError("vary is empty, so there is no stack on the axis")
        if math.prod(map(len, self.vary.values())) > STACKS:
            raise ValueError(f"vary makes more than {STACKS:,} stacks")
        for package, versions in self.vary.items():
            for version in versions if package not in NO_PACKAGES else ():
                Requirement(f"{package}=={version}")


class StacksFile(msgspec.Struct, frozen=True, rename="kebab"):
    """A whole file, its tables checked one by one, so that what is wrong is said by name."""

    exclude_newer: str
    needs: dict[str, tuple[str, ...]]
    stacks: dict[str, Any]
    axes: dict[str, Any]

    def __post_init__(self) -> None:
        for condition, requirements in self.needs.items():
            for requirement in (condition, *requirements):
                Requirement(requirement)


def read(path: Path) -> tuple[StacksFile, dict[str, StackTable], dict[str, AxisTable]]:
    """The file, its stacks and its axes. Raises UsageError, with the table and the field."""
    file = from_toml(path, StacksFile)
    stacks = {n: checked(t, StackTable, _place(path, "stack", n)) for n, t in file.stacks.items()}
    axes = {n: checked(t, AxisTable, _place(path, "axis", n)) for n, t in file.axes.items()}
    return file, stacks, axes


def _place(path: Path, what: str, name: str) -> str:
    return f"{path}: {what} {shortened(name, SHOWN)!r}"

"""A change: a named difference between releases, so that an expectation can say since when.

The changes themselves stand in `specs/changes.py`.
"""

import runpy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.version import Version

from harness.environments import Environment

Kind = Literal["feature", "fix", "security", "regression", "change"]


@dataclass(frozen=True)
class Change:
    """What a release of `package` changed on the wire.

    `first` is the first release with the change and `last` the last one, where it went away.
    `package` is a distribution's name, or `python`.
    """

    package: str
    first: str
    kind: Kind
    sentence: str
    link: str
    last: str | None = None

    def applies_to(self, environment: Environment) -> bool:
        version = environment.version(self.package)
        if version < Version(self.first):
            return False
        return self.last is None or version <= Version(self.last)


def load(path: Path) -> dict[str, Change]:
    """The changes that a file defines, by name, in its order."""
    return named(runpy.run_path(str(path)).items())


def named(items: Iterable[tuple[str, object]]) -> dict[str, Change]:
    return {name: value for name, value in items if isinstance(value, Change)}

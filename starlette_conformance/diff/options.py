"""What every diff is given, whatever it sends its requests to."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.diff.conclude import FORMATS


@dataclass(frozen=True, kw_only=True)
class DiffOptions:
    """Two stacks, what of all requests is wanted, which kinds of change fail, files to write.
    `clients` are to read streams that differ.
    """

    old: str
    new: str
    only: Sequence[str]
    fail_on: Sequence[str]
    json: Path | None
    markdown: Path | None
    html: Path | None
    junit: Path | None
    annotations: Path | None
    clients: bool = False

    @property
    def files(self) -> dict[str, Path]:
        """By format, those that are wanted."""
        return {name: getattr(self, name) for name in FORMATS if getattr(self, name)}

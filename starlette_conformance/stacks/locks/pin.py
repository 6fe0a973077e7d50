"""A package that a lock file pins, and what all formats of them have in common."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

from starlette_conformance.model.decode import read_bytes
from starlette_conformance.model.errors import UsageError, first_line

LONGEST = 32 * 1024 * 1024
"""Bytes of a lock file: thousands of packages, with the hashes of all their files."""
PYPI = re.compile(r"https://pypi\.(org|python\.org)/simple/?")


@dataclass(frozen=True)
class Chosen:
    """The groups and extras of a project that are wanted besides its own dependencies."""

    groups: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()

    def refuse(self, word: str, why: str) -> None:
        """Raises UsageError where any is wanted."""
        if self.groups or self.extras:
            option = "--group" if self.groups else "--extra"
            raise UsageError(f"{option} {(self.groups + self.extras)[0]}: {word}: {why}")


@dataclass(frozen=True)
class Pin:
    """A package that is locked: `source` is what follows its name in a requirement, such as
    `==1.0`, or `folder` where it is built of one. `indexes` has it beside PyPI.
    """

    name: str
    source: str
    hashes: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    folder: Path | None = None


def text_of(path: Path, word: str) -> str:
    """Raises UsageError."""
    try:
        return read_bytes(path, LONGEST, word).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{word}: byte {error.start} is not UTF-8") from None


class File(msgspec.Struct):
    hash: str = ""


def hashes_of(files: Iterable[File]) -> tuple[str, ...]:
    return tuple(f"--hash={file.hash}" for file in files if file.hash)


def by_path(name: str, path: Path) -> Pin:
    """A package in a file, or built of a folder."""
    if path.is_file():
        return Pin(name, f" @ {path.absolute().as_uri()}")
    return Pin(name, "", folder=path)


def beside_pypi(url: str | None) -> tuple[str, ...]:
    return () if not url or PYPI.fullmatch(url) else (url,)


def of_vcs(kind: str, url: str, commit: str, below: str | None) -> str:
    return f" @ {kind}+{url}@{commit}" + (f"#subdirectory={below}" if below else "")


def holds(marker: str, extras: Iterable[str], where: str) -> bool:
    """Whether a marker holds for this Python, with any of the extras. Raises UsageError."""
    if not marker:
        return True
    try:
        read = Marker(marker)
        return any(read.evaluate({"extra": extra}) for extra in ("", *extras))
    except (InvalidMarker, UndefinedEnvironmentName) as error:
        raise UsageError(f"{where}: not a marker: {first_line(error)}") from None


def once(pins: Sequence[Pin], word: str) -> list[Pin]:
    """Each package once. Raises UsageError where it is pinned to several versions here."""
    found: dict[str, Pin] = {}
    for pin in pins:
        other = found.setdefault(pin.name, pin)
        if other.source != pin.source:
            raise UsageError(
                f"{word}: {pin.name} is pinned to both {other.source.strip()} and "
                f"{pin.source.strip()} for this Python"
            )
    return list(found.values())

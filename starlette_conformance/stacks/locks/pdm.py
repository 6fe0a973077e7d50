"""pdm.lock of PDM 2.11 or newer, which says of each package which groups and markers want it."""

from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import checked, toml_text
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.locks.pin import (
    Chosen,
    File,
    Pin,
    by_path,
    hashes_of,
    holds,
    of_vcs,
    once,
)


class _OfPdm(msgspec.Struct):
    name: str
    version: str
    groups: list[str] | None = None
    marker: str = ""
    files: list[File] = []
    path: str = ""
    url: str = ""
    git: str = ""
    revision: str = ""
    subdirectory: str | None = None


class _Pdm(msgspec.Struct):
    package: list[_OfPdm]


def of_pdm(text: str, word: str, folder: Path, chosen: Chosen) -> list[Pin]:
    """Raises UsageError."""
    wanted = {"default", *chosen.groups, *chosen.extras}
    pins = []
    for each in checked(toml_text(text, word), _Pdm, word).package:
        if each.groups is None:
            raise UsageError(
                f"{word}: it does not say which groups want {each.name}; write it with "
                "`pdm lock -S inherit_metadata`, or name a file of `pdm export`"
            )
        if wanted & set(each.groups) and holds(each.marker, (), f"{word}: {each.name}"):
            pins.append(_of_pdm(each, folder))
    return once(pins, word)


def _of_pdm(each: _OfPdm, folder: Path) -> Pin:
    name = canonicalize_name(each.name)
    if each.path:
        return by_path(name, folder / each.path)
    if each.url:
        return Pin(name, f" @ {each.url}")
    if each.git:
        return Pin(name, of_vcs("git", each.git, each.revision, each.subdirectory))
    return Pin(name, f"=={each.version}", hashes_of(each.files))

"""pdm.lock of PDM 2.11 or newer, which says of each package which groups and markers want it."""

from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import checked, toml_text
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.locks import pin


class _OfPdm(msgspec.Struct):
    name: str
    version: str
    groups: list[str] | None = None
    marker: str = ""
    files: list[pin.File] = []
    path: str = ""
    url: str = ""
    git: str = ""
    revision: str = ""
    subdirectory: str | None = None


class _Pdm(msgspec.Struct):
    package: list[_OfPdm]


def of_pdm(text: str, word: str, folder: Path, chosen: pin.Chosen) -> list[pin.Pin]:
    """Raises UsageError."""
    wanted = {"default", *chosen.groups, *chosen.extras}
    pins = []
    for each in checked(toml_text(text, word), _Pdm, word).package:
        if each.groups is None:
            raise UsageError(
                f"{word}: it does not say which groups want {each.name}; write it with "
                "`pdm lock -S inherit_metadata`, or name a file of `pdm export`"
            )
        if wanted & set(each.groups) and pin.holds(each.marker, (), f"{word}: {each.name}"):
            pins.append(_of_pdm(each, folder))
    return pin.once(pins, word)


def _of_pdm(each: _OfPdm, folder: Path) -> pin.Pin:
    name = canonicalize_name(each.name)
    if each.path:
        return pin.by_path(name, folder / each.path)
    if each.url:
        return pin.Pin(name, f" @ {each.url}")
    if each.git:
        return pin.Pin(name, pin.of_vcs("git", each.git, each.revision, each.subdirectory))
    return pin.Pin(name, f"=={each.version}", pin.hashes_of(each.files))

"""Pipfile.lock."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import checked, parsed
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.locks import pin


class _OfPipenv(msgspec.Struct):
    version: str = ""
    hashes: list[str] = []
    markers: str = ""
    index: str = ""
    path: str = ""
    file: str = ""
    git: str = ""
    ref: str = ""
    subdirectory: str | None = None


class _Index(msgspec.Struct):
    name: str = ""
    url: str = ""


class _Meta(msgspec.Struct):
    sources: list[_Index] = []


def of_pipfile(text: str, word: str, folder: Path, chosen: pin.Chosen) -> list[pin.Pin]:
    """Raises UsageError."""
    pin.Chosen(extras=chosen.extras).refuse(word, "a Pipfile has groups, and no extras")
    data = checked(parsed(text, word), dict[str, Any], word)
    meta = checked(data.get("_meta", {}), _Meta, f"{word}: _meta")
    indexes = {each.name: each.url for each in meta.sources}
    pins = []
    for group in ("default", *("develop" if each == "dev" else each for each in chosen.groups)):
        if group not in data:
            raise UsageError(f"--group {group}: {word} has no such group")
        packages = checked(data[group], dict[str, _OfPipenv], f"{word}: {group}")
        for name, each in packages.items():
            if pin.holds(each.markers, (), f"{word}: {name}"):
                pins.append(_of_pipenv(canonicalize_name(name), each, folder, indexes, word))
    return pin.once(pins, word)


def _of_pipenv(
    name: str, each: _OfPipenv, folder: Path, indexes: Mapping[str, str], word: str
) -> pin.Pin:
    if each.git:
        return pin.Pin(name, pin.of_vcs("git", each.git, each.ref, each.subdirectory))
    if each.file:
        return pin.Pin(name, f" @ {each.file}")
    if each.path:
        return pin.by_path(name, folder / each.path)
    if not each.version.startswith("=="):
        raise UsageError(f"{word}: {name} is pinned to no version: {each.version!r}")
    hashes = tuple(f"--hash={text}" for text in each.hashes)
    return pin.Pin(name, each.version, hashes, pin.beside_pypi(indexes.get(each.index, each.index)))

"""poetry.lock of Poetry 2, which says of each package which groups and markers want it."""

from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import checked, toml_text
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.locks import pin


class _Source(msgspec.Struct):
    type: str = "legacy"
    url: str = ""
    resolved_reference: str = ""
    subdirectory: str | None = None


class _OfPoetry(msgspec.Struct):
    name: str
    version: str
    groups: list[str] | None = None
    markers: str | dict[str, str] = ""
    files: list[pin.File] = []
    source: _Source | None = None


class _Poetry(msgspec.Struct):
    package: list[_OfPoetry]


def of_poetry(text: str, word: str, folder: Path, chosen: pin.Chosen) -> list[pin.Pin]:
    """Raises UsageError."""
    wanted = {"main", *chosen.groups}
    pins = []
    for each in checked(toml_text(text, word), _Poetry, word).package:
        if each.groups is None:
            raise UsageError(
                f"{word}: it is of Poetry 1, and does not say which groups want {each.name}; "
                "write it with `poetry lock` of Poetry 2, or name a file of `poetry export`"
            )
        for group in wanted & set(each.groups):
            marker = each.markers if isinstance(each.markers, str) else each.markers.get(group, "")
            if pin.holds(marker, chosen.extras, f"{word}: {each.name}"):
                pins.append(_of_poetry(each, folder))
                break
    return pin.once(pins, word)


def _of_poetry(each: _OfPoetry, folder: Path) -> pin.Pin:
    source = each.source or _Source()
    name = canonicalize_name(each.name)
    if source.type == "directory":
        return pin.Pin(name, "", folder=folder / source.url)
    if source.type == "file":
        return pin.Pin(name, f" @ {(folder / source.url).absolute().as_uri()}")
    if source.type == "url":
        return pin.Pin(name, f" @ {source.url}")
    if source.type == "git":
        below = source.subdirectory
        return pin.Pin(name, pin.of_vcs("git", source.url, source.resolved_reference, below))
    return pin.Pin(
        name, f"=={each.version}", pin.hashes_of(each.files), pin.beside_pypi(source.url)
    )

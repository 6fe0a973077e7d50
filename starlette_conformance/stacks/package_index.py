"""What a package index has: the releases of a package that stacks.toml may lack, and sources."""

import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import msgspec
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from starlette_conformance.http.download import NotReceived, download, without_credentials
from starlette_conformance.model.decode import from_json, read_bytes
from starlette_conformance.model.errors import DidNotStart, Failure, UsageError

PYPI = "https://pypi.org/simple/"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON = "application/vnd.pypi.simple.v1+json"
NO_JSON = "it has no JSON (PEP 691); name another index by UV_DEFAULT_INDEX"
LIMIT = 64 * 1024 * 1024
SOURCE_LIMIT = 16 * 1024 * 1024
"""Bytes of a source distribution."""
SOURCE_SECONDS = 15.0
SOURCE = ".tar.gz"


class _File(msgspec.Struct):
    filename: str
    yanked: bool | str | None = None
    url: str = ""


class _Releases(msgspec.Struct):
    """What is used of it."""

    files: list[_File]


class Unreachable(Failure):
    exit_code = DidNotStart.exit_code
    verdict = "not known"


def releases(package: str) -> dict[str, bool]:
    """The final releases of a package, oldest first, and whether each was yanked (PEP 691, 592)."""
    return _final(_yanked(_files(package)))


def _files(package: str) -> list[_File]:
    """Raises Unreachable."""
    try:
        return _listed(download(_page(package), LIMIT, kind=JSON, hint=NO_JSON))
    except (NotReceived, UsageError) as error:
        said = f"{_index()} did not list the releases of {package}: {error}"
        raise Unreachable(without_credentials(said)) from None


def _page(package: str) -> str:
    return f"{_index().rstrip('/')}/{package}/"


def _index() -> str:
    return next((os.environ[name] for name in VARIABLES if name in os.environ), PYPI)


@dataclass(frozen=True, order=True)
class Release:
    version: Version
    yanked: bool = False


def every_release(package: str) -> list[Release]:
    """All releases of a package, pre-releases too, oldest first: of the index and of the folders
    that UV_FIND_LINKS names, or with UV_NO_INDEX of these alone. Raises Unreachable.
    """
    files = [_File(path.name) for path in _local(package)]
    if not _is_set("UV_NO_INDEX"):
        files += _files(package)
    return sorted(Release(*each) for each in _yanked(files).items())


def source(package: str, version: str) -> bytes:
    """The source distribution of a release, from where its releases are listed. Raises Failure."""
    for path in _local(package):
        if path.name.endswith(SOURCE) and str(_version(path.name)) == version:
            return read_bytes(path, SOURCE_LIMIT, path)
    if _is_set("UV_NO_INDEX") or _is_set("UV_OFFLINE"):
        raise Unreachable(f"{package} {version}: no source distribution is there")
    for file in _files(package):
        if file.filename.endswith(SOURCE) and str(_version(file.filename)) == version:
            try:
                url = urljoin(_page(package), file.url)
                return download(url, SOURCE_LIMIT, SOURCE_SECONDS)
            except (NotReceived, ValueError) as error:
                raise Unreachable(f"{file.filename}: {error}") from None
    raise Unreachable(f"{package} {version} has no source distribution")


def _is_set(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true"}


def _local(package: str) -> list[Path]:
    """Files of a package in folders that UV_FIND_LINKS names."""
    files = [path for folder in _folders() for path in folder.glob("*")]
    return [path for path in files if _package(path.name) == package]


def _folders() -> list[Path]:
    words = re.split(r"[\s,]+", os.environ.get("UV_FIND_LINKS", ""))
    return [Path(word.removeprefix("file://")) for word in words if word]


def _package(file: str) -> str:
    with suppress(ValueError):
        if file.endswith(".whl"):
            return str(parse_wheel_filename(file)[0])
        return str(parse_sdist_filename(file)[0])
    return ""


def listed(data: bytes) -> dict[str, bool]:
    """The final releases in what an index answered. Raises UsageError."""
    return _final(_yanked(_listed(data)))


def _listed(data: bytes) -> list[_File]:
    return from_json(data, _Releases, "what it sent").files


def _yanked(files: Iterable[_File]) -> dict[Version, bool]:
    """By version, whether each file of it was."""
    yanked: dict[Version, bool] = {}
    for file in files:
        if version := _version(file.filename):
            yanked[version] = yanked.get(version, True) and bool(file.yanked)
    return yanked


def _final(yanked: Mapping[Version, bool]) -> dict[str, bool]:
    return {str(each): yanked[each] for each in sorted(yanked) if not each.is_prerelease}


def _version(file: str) -> Version | None:
    with suppress(ValueError):  # no such name, or a number of more digits than Python reads
        if file.endswith(".whl"):
            return parse_wheel_filename(file)[1]
        return parse_sdist_filename(file)[1]
    return None

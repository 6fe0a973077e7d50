"""What a package index has: the releases of a package that stacks.toml may lack."""

import os
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import msgspec
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import DidNotStart, Failure, UsageError

PYPI = "https://pypi.org/simple/"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON = "application/vnd.pypi.simple.v1+json"
SECONDS = 30.0


class Unreachable(Failure):
    exit_code = DidNotStart.exit_code
    verdict = "not known"


class _File(msgspec.Struct, frozen=True):
    """`yanked` may be the reason."""

    filename: str
    yanked: bool | str = False


class _Page(msgspec.Struct, frozen=True):
    """A project's page, as far as it is read (PEP 691)."""

    files: list[_File]


def releases(package: str) -> dict[str, bool]:
    """The final releases of a package, oldest first, and whether each was yanked (PEP 691, 592)."""
    url = next((os.environ[name] for name in VARIABLES if name in os.environ), PYPI)
    try:
        response = httpx.get(
            f"{url.rstrip('/')}/{package}/",
            headers={"Accept": JSON},
            timeout=SECONDS,
            follow_redirects=True,
        )
        response.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _refused(url, package, str(error)) from None
    if not response.headers.get("content-type", "").startswith(JSON):
        why = "it has no JSON (PEP 691); name another index by UV_DEFAULT_INDEX"
        raise _refused(url, package, why)
    try:
        files = from_json(response.content, _Page, "what it sent").files
    except UsageError as error:
        raise _refused(url, package, str(error)) from None
    yanked: dict[Version, bool] = {}
    for file in files:
        version = _version(file.filename)
        if version and not version.is_prerelease:
            yanked[version] = yanked.get(version, True) and bool(file.yanked)
    return {str(version): yanked[version] for version in sorted(yanked)}


def _version(file: str) -> Version | None:
    with suppress(InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        if file.endswith(".whl"):
            return parse_wheel_filename(file)[1]
        return parse_sdist_filename(file)[1]
    return None


def _refused(url: str, package: str, why: str) -> Unreachable:
    said = f"{url} did not list the releases of {package}: {why}"
    return Unreachable(said.replace(_credentials(url), ""))


def _credentials(url: str) -> str:
    """What of a URL no log may show."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return user + at

"""What a package index has: the releases of a package that stacks.toml may lack."""

import os
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import DidNotStart, Failure, UsageError

PYPI = "https://pypi.org/simple/"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON = "application/vnd.pypi.simple.v1+json"
SECONDS = 30.0


LIMIT = 64 * 1024 * 1024
AT_ONCE = 65536


class _File(msgspec.Struct):
    filename: str
    yanked: bool | str | None = None


class _Releases(msgspec.Struct):
    """What is used of it."""

    files: list[_File]


class Unreachable(Failure):
    exit_code = DidNotStart.exit_code
    verdict = "not known"


def releases(package: str) -> dict[str, bool]:
    """The final releases of a package, oldest first, and whether each was yanked (PEP 691, 592)."""
    url = next((os.environ[name] for name in VARIABLES if name in os.environ), PYPI)
    try:
        return listed(_page(f"{url.rstrip('/')}/{package}/"))
    except (httpx.HTTPError, httpx.InvalidURL, UsageError) as error:
        said = f"{url} did not list the releases of {package}: {error}"
        raise Unreachable(said.replace(_credentials(url), "")) from None


def _page(url: str) -> bytes:
    """Raises httpx.HTTPError, and UsageError where it is no JSON, or longer than any such."""
    options: Any = {"timeout": SECONDS, "follow_redirects": True, "headers": {"Accept": JSON}}
    with httpx.stream("GET", url, **options) as response:
        response.raise_for_status()
        if not response.headers.get("content-type", "").startswith(JSON):
            raise UsageError("it has no JSON (PEP 691); name another index by UV_DEFAULT_INDEX")
        deadline, data = time.monotonic() + SECONDS, bytearray()
        for piece in response.iter_bytes(AT_ONCE):
            data += piece
            if len(data) > LIMIT:
                raise UsageError(f"its response is longer than {LIMIT:,} bytes")
            if time.monotonic() > deadline:
                raise UsageError(f"its response took longer than {SECONDS:g} s")
    return bytes(data)


def listed(data: bytes) -> dict[str, bool]:
    """The same of what an index answered. Raises UsageError."""
    yanked: dict[Version, bool] = {}
    for file in from_json(data, _Releases, "what it sent").files:
        version = _version(file.filename)
        if version and not version.is_prerelease:
            yanked[version] = yanked.get(version, True) and bool(file.yanked)
    return {str(version): yanked[version] for version in sorted(yanked)}


def _version(file: str) -> Version | None:
    with suppress(ValueError):  # no such name, or a number of more digits than Python reads
        if file.endswith(".whl"):
            return parse_wheel_filename(file)[1]
        return parse_sdist_filename(file)[1]
    return None


def _credentials(url: str) -> str:
    """What of a URL no log may show."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return user + at

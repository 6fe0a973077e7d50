"""What a package index has: the releases of a package that stacks.toml may lack."""

import os
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from starlette_conformance.model.errors import DidNotStart, Failure

PYPI = "https://pypi.org/simple/"
VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
JSON = "application/vnd.pypi.simple.v1+json"
SECONDS = 30.0


class Unreachable(Failure):
    exit_code = DidNotStart.exit_code
    verdict = "not known"


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
        if not response.headers.get("content-type", "").startswith(JSON):
            raise ValueError("it has no JSON (PEP 691); name another index by UV_DEFAULT_INDEX")
        files = [(file["filename"], bool(file.get("yanked"))) for file in response.json()["files"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError) as error:
        said = f"{url} did not list the releases of {package}: {error}"
        raise Unreachable(said.replace(_credentials(url), "")) from None
    yanked: dict[Version, bool] = {}
    for name, withdrawn in files:
        version = _version(name)
        if version and not version.is_prerelease:
            yanked[version] = yanked.get(version, True) and withdrawn
    return {str(version): yanked[version] for version in sorted(yanked)}


def _version(file: str) -> Version | None:
    with suppress(InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        if file.endswith(".whl"):
            return parse_wheel_filename(file)[1]
        return parse_sdist_filename(file)[1]
    return None


def _credentials(url: str) -> str:
    """What of a URL no log may show."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return user + at

"""What a package index has: the releases of a package that stacks.toml may lack."""

import os
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version
from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedRepoVersionError,
)
from requests import RequestException

from starlette_conformance.model.errors import DidNotStart, Failure

VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
SECONDS = 30.0


class Unreachable(Failure):
    exit_code = DidNotStart.exit_code
    verdict = "not known"


def releases(package: str) -> dict[str, bool]:
    """The final releases of a package, oldest first, and whether each was yanked."""
    url = next((os.environ[name] for name in VARIABLES if name in os.environ), PYPI_SIMPLE_ENDPOINT)
    try:
        with PyPISimple(url) as client:
            files = client.get_project_page(package, timeout=SECONDS).packages
    except (RequestException, ValueError, NoSuchProjectError, UnsupportedRepoVersionError) as error:
        said = f"{url} did not tell the releases of {package}: {error}"
        raise Unreachable(said.replace(_credentials(url), "")) from None
    found: dict[Version, bool] = {}
    for file in files:
        try:
            version = Version(file.version or "")
        except InvalidVersion:
            continue
        if not version.is_prerelease:
            found[version] = found.get(version, True) and file.is_yanked
    return {str(version): found[version] for version in sorted(found)}


def _credentials(url: str) -> str:
    """What of a URL no log may show."""
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return user + at

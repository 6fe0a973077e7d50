"""Versions as PEP 440 has them, and names as PEP 503 has them, each text read once: every value of
a spec compares some.
"""

from functools import cache

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LONGEST = 200
EARLIEST = Version("0.dev0")

canonical = cache(canonicalize_name)


@cache
def version(text: str) -> Version:
    """Raises InvalidVersion, also where it is too long for one: Python refuses 4,300 digits."""
    if len(text) > LONGEST:
        raise InvalidVersion(f"Invalid version: longer than {LONGEST} characters")
    return Version(text)


def or_earliest(text: str) -> Version:
    """EARLIEST where it is no version: what a user has installed may call itself anything."""
    try:
        return version(text)
    except InvalidVersion:
        return EARLIEST

"""What a release says of itself: the changelog in its source distribution, as the index has it.

Nothing else is asked. What is no archive, too large or late is as if it had none.
"""

import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import lru_cache
from io import BytesIO
from pathlib import PurePosixPath

from starlette_conformance.model.errors import Failure
from starlette_conformance.stacks.package_index import source

UNPACKED = 64 * 1024 * 1024
"""Bytes of an archive; as many of its members as MEMBERS are looked at."""
MEMBERS = 20_000
LONGEST = 1024 * 1024
"""Bytes of a changelog that are read: the newest releases stand first."""
AT_ONCE = 1024 * 1024
GZIP = 31
NOTES = re.compile(
    r"(?i)(changes|changelog|history|news|release[-_]?notes?|versionhistory)(\.(md|rst|txt))?"
)
FOLDERS = {"doc", "docs", "docs/en/docs", "docs/source"}
"""Where a changelog stands, where not in the first folder."""
URL = re.compile(r"https://[!-~]{1,200}")
GITHUB = re.compile(r"https://github\.com/(?!sponsors/)[\w.-]+/[\w.-]+")
CHANGELOG = ("changelog", "changes", "release notes", "releasenotes", "history", "what's new")


@dataclass(frozen=True)
class Notes:
    """The text of a changelog, the page that the metadata name for it, and the repository."""

    text: str = ""
    page: str = ""
    repository: str = ""


NONE = Notes()


@lru_cache(maxsize=8)
def notes(package: str, version: str) -> Notes:
    """Those of a release; empty where there are none."""
    try:
        return in_archive(source(package, version))
    except (Failure, tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
        return NONE


def in_archive(data: bytes) -> Notes:
    """Those in a source distribution. Raises what tarfile and zlib raise."""
    found: dict[int, bytes] = {}
    metadata = b""
    with tarfile.open(fileobj=BytesIO(_unpacked(data)), mode="r:") as archive:
        for number, member in enumerate(archive):
            path = PurePosixPath(member.name)
            below = PurePosixPath(*path.parts[1:])
            rank = 0 if len(below.parts) == 1 else 1
            if number > MEMBERS:
                break
            if not member.isfile():
                continue
            if str(below) == "PKG-INFO":
                metadata = _read(archive, member)
            elif NOTES.fullmatch(below.name) and (not rank or str(below.parent) in FOLDERS):
                found.setdefault(rank, _read(archive, member))
    urls = dict(_urls(metadata.decode("utf-8", "replace")))
    page = next((url for label, url in urls.items() if label in CHANGELOG), "")
    repository = next((at[0] for url in urls.values() if (at := GITHUB.match(url))), "")
    text = found[min(found)].decode("utf-8", "replace") if found else ""
    return Notes(text, page, repository)


def _unpacked(data: bytes) -> bytes:
    """Up to a limit: a few KB may come to gigabytes. Raises ValueError, zlib.error."""
    unpacking, found = zlib.decompressobj(GZIP), bytearray()
    while data and not unpacking.eof:
        found += unpacking.decompress(data, AT_ONCE)
        data = unpacking.unconsumed_tail
        if len(found) > UNPACKED:
            raise ValueError("it is too large")
    return bytes(found)


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read(LONGEST) if file else b""


def _urls(metadata: str) -> Iterator[tuple[str, str]]:
    """The project's URLs by label, as they can be shown."""
    for line in HeaderParser().parsestr(metadata).get_all("Project-URL") or ():
        label, _, url = str(line).partition(",")
        if URL.fullmatch(url.strip()):
            yield label.strip().lower(), url.strip()

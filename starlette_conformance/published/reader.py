"""Reads a site that was published, from a folder or over http.

The site is foreign: what it says is checked, no path of it leads elsewhere, and nothing is larger
than its limit, packed or unpacked.
"""

import hashlib
import lzma
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from packaging.version import InvalidVersion

from starlette_conformance.http.download import NotReceived, download, without_credentials
from starlette_conformance.model.decode import from_json, read_bytes
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.model.versions import version
from starlette_conformance.published.documents import Index, Judged
from starlette_conformance.replay.run_responses import RunResponses

INDEX = "index.json"
INDEX_LIMIT = 16 * 1024 * 1024
RUN_LIMIT = 16 * 1024 * 1024
UNPACKED_LIMIT = 128 * 1024 * 1024
MEMORY_LIMIT = 128 * 1024 * 1024
"""Of what unpacks: a run file that we made needs 9 MB."""
DEFAULT_PARSER = "h11"


class NotPublished(CannotTell):
    """The data cannot be had, or do not have what is wanted."""

    verdict = "inconclusive"


class Site:
    """What `index.json` of a site says, and its run files."""

    def __init__(self, where: str) -> None:
        """Raises UsageError where a file is no good, NotPublished where a server is not."""
        self._remote = where.startswith(("http://", "https://"))
        folder = where.removesuffix(INDEX)
        self._base = folder if folder.endswith("/") or not folder else f"{folder}/"
        self.name = without_credentials(where)
        if not self._remote and "://" in where:
            raise UsageError(f"--published {self.name}: name a folder or an http address")
        data = self._bytes(INDEX, INDEX_LIMIT)
        try:
            self.index = from_json(data, Index, self.name)
        except UsageError as error:
            self._refuse(f"{error}; it is no index.json that `starlette-conformance site` makes")

    def stack(self, word: str) -> Judged:
        """What a word of the command line means in it. Raises NotPublished."""
        for judged in self.index.stacks:
            if judged.name == word:
                return judged
        package, _, release = word.rpartition("==")
        wanted = package or "starlette"
        of_package = [each for each in self.index.stacks if each.package == wanted]
        found = [each for each in of_package if _is_version(each, release)]
        if found:
            return min(found, key=lambda each: (each.parser != DEFAULT_PARSER, each.name))
        raise NotPublished(
            f"{word} is not in the data at {self.name}, made on {self.index.made:%Y-%m-%d}, which "
            f"have {_described(of_package or self.index.stacks)}; leave out --published to run both"
        )

    def run(self, judged: Judged) -> RunResponses:
        """The run of a stack. Raises NotPublished, and UsageError."""
        link = judged.run
        if link is None or judged.packages is None:
            raise NotPublished(f"{judged.name} could not be installed when it was judged")
        data = self._bytes(link.path, RUN_LIMIT)
        if hashlib.sha256(data).hexdigest() != link.sha256:
            self._refuse(f"{self.name}: {link.path} is not the file that index.json describes")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, Path(link.path).stem)
            path.write_bytes(self._unpacked(data, link.path))
            run = RunResponses.read(path)
        if run.environment.name != judged.name or run.environment.packages != judged.packages:
            self._refuse(f"{self.name}: {link.path} is the run of another stack")
        return run

    def _bytes(self, path: str, limit: int) -> bytes:
        if not self._remote:
            return read_bytes(Path(self._base, path), limit, f"--published {self._base}{path}")
        try:
            return download(f"{self._base}{path}", limit)
        except NotReceived as error:
            self._refuse(f"{self.name}: {path} cannot be read: {error}")

    def _unpacked(self, data: bytes, path: str) -> bytes:
        try:
            unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY_LIMIT)
            found = unpacker.decompress(data, UNPACKED_LIMIT)
        except lzma.LZMAError as error:
            self._refuse(f"{self.name}: {path}: no xz file that can be read: {error}")
        if not unpacker.eof:
            self._refuse(f"{self.name}: {path}: cut off, or longer than {UNPACKED_LIMIT:,} bytes")
        return found

    def _refuse(self, text: str) -> NoReturn:
        raise (NotPublished if self._remote else UsageError)(text) from None


def _is_version(judged: Judged, release: str) -> bool:
    try:
        return judged.version is not None and version(judged.version) == version(release)
    except InvalidVersion:
        return judged.version == release


def _described(stacks: Sequence[Judged]) -> str:
    """How many there are, from which to which."""
    if not stacks:
        return "no stack"
    first, last = stacks[0].name, stacks[-1].name
    return first if len(stacks) == 1 else f"{len(stacks)} stacks, {first} to {last}"

"""What an earlier run found out, kept in the cache: a packed file for each key.

It is written whole or not at all. One that is damaged is said to be, and counts as none. Of a kind
there are so many, those that were used last.
"""

import os
import zlib
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec

from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.output.printing import write_line
from starlette_conformance.stacks.cache import cache_folder, keep_newest

T = TypeVar("T")
LEVEL = 1
"""Of compression: the next one takes twice as long for a tenth less."""


class KeptFile(Generic[T]):
    """The file of a key; `kind` is its folder, `form` what it holds, `most` how many there are."""

    def __init__(self, kind: str, key: str, form: type[T], most: int) -> None:
        self.path = cache_folder() / kind / f"{key}.kept"
        self._form, self._most = form, most

    def read(self) -> T | None:
        """What is kept; None where there is nothing, or it is damaged."""
        try:
            packed = self.path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            os.utime(self.path)
        try:
            return msgspec.msgpack.decode(zlib.decompress(packed), type=self._form)
        except (zlib.error, msgspec.MsgspecError, ValueError):
            write_line(f"{self.path}: damaged, so it is made anew", stderr=True)
            return None

    def write(self, value: T) -> None:
        """Nothing is lost where it cannot be written but the time to find it out again."""
        packed = zlib.compress(msgspec.msgpack.encode(value), LEVEL)
        with suppress(OSError):
            write_whole(self.path, packed)
            keep_newest(self.path.parent, "*.kept", self._most)

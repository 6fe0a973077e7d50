"""Copies of the app's folder, one for each process; that of a process which has ended is put right
for the next one.

To make a copy is to create each of its files, which takes up to a millisecond a file. To see which
of them an app has touched takes some microseconds: each change of a file, or of its attributes,
sets its ctime, which no process can choose (inode(7)).
"""

import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp.private_copy import Original

FOLDERS = 4
"""Folders of which copies are kept at a time."""
MOST = 2
"""Spare copies: as many as there are processes of an app at a time, most of the time."""

Mark = tuple[int, ...]
"""What tells that a file is another one than before, or was written to."""


@dataclass(frozen=True)
class Copy:
    """A folder, and the marks of what lies in it and in the original, as it was made."""

    folder: Path
    marks: Mapping[Path, Mark]
    of_original: Mapping[Path, Mark]


class Copies:
    """Those of one folder."""

    def __init__(self, original: Original) -> None:
        self._original = original
        self._spare: list[Copy] = []
        until = ExitStack()
        self._parked = until.enter_context(scratch())
        weakref.finalize(self, until.close)

    def fill(self, target: Path) -> Copy:
        """A copy in a folder that is not there yet. Raises UsageError."""
        of_original = dict(_marked(self._original.folder, self._original.paths))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            copy = self._spare.pop()
            self._clear(copy, of_original)
            copy.folder.rename(target)
        except (IndexError, OSError):  # an app may have locked its folders
            target.mkdir()
        self._original.complete(target)  # in its place, for an absolute link leads there
        return Copy(target, dict(_below(target)), of_original)

    def keep(self, copy: Copy) -> None:
        """Take that of a process which has ended."""
        if len(self._spare) < MOST:
            with suppress(OSError):  # then it goes with the folder that it lies in
                parked = Path(tempfile.mkdtemp(dir=self._parked))
                copy.folder.rename(parked)
                self._spare.append(Copy(parked, copy.marks, copy.of_original))

    def _clear(self, copy: Copy, of_original: Mapping[Path, Mark]) -> None:
        """Remove what is not as the original has it now."""
        for path, mark in list(_below(copy.folder)):
            if copy.marks.get(path) != mark:
                _remove(copy.folder / path)
        for path in self._original.paths:
            mark = of_original.get(path, ())
            if copy.of_original.get(path) != mark or _is_link(mark):
                _remove(copy.folder / path)


@lru_cache(maxsize=FOLDERS)
def copies_of(original: Original) -> Copies:
    """The same for every app in a folder, as long as no others came in between."""
    return Copies(original)


def _below(top: Path) -> Iterator[tuple[Path, Mark]]:
    """The folder itself, and all in it."""
    yield from _marked(top, [Path()])
    for root, names, files in os.walk(top):
        here = Path(root).relative_to(top)
        yield from _marked(top, (here / name for name in [*names, *files]))


def _marked(folder: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, Mark]]:
    for path in paths:
        with suppress(OSError):
            yield path, _mark((folder / path).lstat())


def _mark(found: os.stat_result) -> Mark:
    if stat.S_ISDIR(found.st_mode):  # what lies in it has marks of its own
        return (found.st_mode,)
    return (found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _is_link(mark: Mark) -> bool:
    return bool(mark) and stat.S_ISLNK(mark[0])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

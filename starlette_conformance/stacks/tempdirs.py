"""Scratch folders: gone when their user ends, at the latest with the next run.

They lie in the cache, or, where that is read-only or has too long a path, where temporary files do.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from starlette_conformance.model.errors import REFUSED, of_cache
from starlette_conformance.stacks.cache import PREFIX, SCRATCH, cache_folder, hold

SECONDS = 5.0
"""So long may threads make a folder again that is removed."""


@contextmanager
def scratch(short: bool = False) -> Iterator[Path]:
    """A folder for the context; `short` where its path is that of sockets, of 107 bytes at most."""
    folder = _folder(short)
    held = hold(folder)

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    try:
        yield folder
    except KeyboardInterrupt:  # it ends no thread
        _close_to_threads(folder)
        raise
    finally:
        remove()
        atexit.unregister(remove)
        os.close(held)


def _close_to_threads(folder: Path) -> None:
    """Put a file in its place, until this process ends: a thread that still copies something into
    the folder would else make it again.
    """
    asides, deadline = list[Path](), time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        asides.append(folder.with_name(f"{folder.name}-{len(asides)}"))
        with suppress(OSError):
            folder.rename(asides[-1])
        with suppress(FileExistsError):  # made again in between
            folder.touch(exist_ok=False)
            break
    for aside in asides:
        shutil.rmtree(aside, ignore_errors=True)
    atexit.register(folder.unlink, missing_ok=True)


def _folder(short: bool) -> Path:
    root = cache_folder() / SCRATCH
    try:
        if short:
            return _in_temporary()
        try:
            root.mkdir(exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            return _in_temporary()
    except OSError as error:
        raise of_cache(error, f"the cache folder {root} cannot be made") from None


def _in_temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))

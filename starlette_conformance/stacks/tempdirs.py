"""Scratch folders: gone when their user ends, at the latest with the next run.

They lie in the cache, or, where that is read-only, where temporary files do.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette_conformance.model.errors import REFUSED, of_cache
from starlette_conformance.stacks.cache import PREFIX, SCRATCH, cache_folder, hold


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the context."""
    folder = _folder()
    held = hold(folder)

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)  # after Ctrl-C, which ends no thread
    try:
        yield folder
    finally:
        remove()
        atexit.unregister(remove)
        os.close(held)


def _folder() -> Path:
    root = cache_folder() / SCRATCH
    try:
        try:
            root.mkdir(exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
        except OSError as error:
            if error.errno not in REFUSED:
                raise
            return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    except OSError as error:
        raise of_cache(error, f"the cache folder {root} cannot be made") from None

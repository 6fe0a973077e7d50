"""Scratch folders, in the cache: gone when their user ends, at the latest with the next run."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette_conformance.output.atomic_write import made
from starlette_conformance.stacks.cache import SCRATCH, cache_folder, hold


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the context."""
    root = made(cache_folder() / SCRATCH)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))

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

"""Scratch folders, in the cache: gone when their user ends, at the latest with the next one."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from harness.cache import cache_folder, made


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the context. What a run that was killed left behind is removed first."""
    root = made(cache_folder() / "scratch")
    for old in root.iterdir():
        if not psutil.pid_exists(int(old.name.partition("-")[0])):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)  # after Ctrl-C, which ends no thread
    try:
        yield folder
    finally:
        remove()
        atexit.unregister(remove)

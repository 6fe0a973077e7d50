"""The cache: folders that are made once, whole or not at all.

A folder is built aside and renamed. Only the holder of its lock builds, so two runs at once are
safe, and a leftover of a killed run can be told from a folder that is being built.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from harness.failures import Failure

VARIABLE = "STARLETTE_CONFORMANCE_CACHE"
SECONDS = 600.0
"""How long to wait for another run that builds the same folder."""


def cache_folder() -> Path:
    chosen = os.environ.get(VARIABLE)
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("starlette-conformance")
    return made(folder.absolute())


def made_once(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """The folder `<cache>/<kind>/<key>`, filled by `build` when it is not there yet."""
    folder = cache_folder() / kind / key
    lock = made(cache_folder() / "locks") / f"{kind}-{key}.lock"
    try:
        with FileLock(lock, timeout=SECONDS):
            if not folder.exists():
                aside = made(folder.parent) / f"{key}.building"
                shutil.rmtree(aside, ignore_errors=True)
                try:
                    build(aside)
                    aside.rename(folder)
                except BaseException:
                    shutil.rmtree(aside, ignore_errors=True)
                    raise
    except Timeout:
        raise Failure(f"{folder}: another run has been making it for {SECONDS:g} s") from None
    return folder


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    aside = made(path.parent) / f"{path.name}.{os.getpid()}"
    try:
        aside.write_text(text, "utf-8")
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"the cache folder {folder} cannot be made: {error.strerror}") from None
    return folder

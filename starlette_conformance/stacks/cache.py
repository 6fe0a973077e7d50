"""The cache: folders that are made once, whole or not at all, and made anew when damaged.

A folder is built aside and renamed. Only the holder of its lock builds, so two runs at once are
safe, and a leftover of a killed run is not confused with a folder that is being built. What a
folder was made of is listed in `contents/`, so that one which has lost a file is not taken for
whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs
import psutil
from filelock import FileLock, Timeout

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import REFUSED, Failure, UsageError, of_cache
from starlette_conformance.output.atomic_write import made, write_whole
from starlette_conformance.output.printing import write_line

VARIABLE = "STARLETTE_CONFORMANCE_CACHE"
SECONDS = 600.0
"""How long to wait for another run that builds the same folder."""
ASIDE = ".building"
SCRATCH = "scratch"
"""The folder of folders that are a run's own, each named `PID-...`."""
PREFIX = "starlette-conformance-"
"""What the names of those begin with that lie elsewhere, where the cache is read-only."""
READING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""How things of a cache are opened: a pipe that stands there would be waited for without end."""
BYTECODE = "bytecode"
"""The folder of what Python compiles where it must not write beside the sources."""
FORMAT = 2
"""Part of keys. Another one keeps apart what releases of the harness would take for damaged."""


def cache_folder() -> Path:
    chosen = os.environ.get(VARIABLE)
    folder = Path(chosen) if chosen else platformdirs.user_cache_path("starlette-conformance")
    folder = made(folder.absolute())
    _swept(folder)
    return folder


def keep_newest(folder: Path, pattern: str, most: int) -> None:
    """Remove all but so many files of a folder, those that were used last. Raises OSError where
    another run removes them, too.
    """
    files = sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime)
    for old in files[:-most]:
        old.unlink(missing_ok=True)


def discard_bytecode() -> None:
    """To be called where what ran from it ended in an unknown way.

    Python keeps bytecode that was cut off on a full disk, and nothing would start from it again.
    """
    shutil.rmtree(cache_folder() / BYTECODE, ignore_errors=True)


def key_of(*parts: object) -> str:
    """The key of what is made of these: other ones where their `repr` is another."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def made_once(kind: str, key: str, build: Callable[[Path], None]) -> Path:
    """The folder `<cache>/<kind>/<key>`, filled by `build` when it is not there, or not whole.

    Raises Failure, and what `build` raises.
    """
    folder = cache_folder() / kind / key
    made(folder.parent)
    contents = made(cache_folder() / "contents") / f"{kind}-{key}.json"
    try:
        with _lock(cache_folder(), kind, key, SECONDS):
            if not _is_whole(folder, contents):
                if os.path.lexists(folder):
                    write_line(f"{folder}: damaged, so it is made anew", stderr=True)
                _build(folder, contents, build)
    except Timeout:
        raise Failure(f"{folder}: another run has been making it for {SECONDS:g} s") from None
    except OSError as error:
        if error.errno in REFUSED and _is_whole(folder, contents):  # nobody else makes it here
            return folder
        raise of_cache(error, f"{folder}: cannot be made") from None
    return folder


def _build(folder: Path, contents: Path, build: Callable[[Path], None]) -> None:
    aside = folder.with_name(folder.name + ASIDE)
    _remove(aside)
    try:
        build(aside)
        write_whole(contents, json.dumps(dict(_listed(aside))))
        _remove(folder)
        aside.rename(folder)
    except BaseException:
        _remove(aside)
        raise


def _is_whole(folder: Path, contents: Path) -> bool:
    """Whether all is there that was made, and as it was."""
    try:
        with open(contents, "rb", opener=lambda *_: os.open(contents, READING)) as file:
            wanted = from_json(file.read(), dict[str, list[int]], contents)
    except (OSError, UsageError):  # there is none, or it is damaged itself
        return False
    return all(_is_as(folder, name, state) for name, state in wanted.items())


def _is_as(folder: Path, name: str, state: list[int]) -> bool:
    if "\0" in name:  # of no file
        return False
    try:
        return _state(folder / in_utf8(name)) == state
    except OSError:
        return False


def in_utf8(name: str) -> str:
    """What this process must call a file whose name is in UTF-8, whatever the locale is: a cache
    may be shared with processes of another.
    """
    return os.fsdecode(name.encode("utf-8", "surrogateescape"))


def _listed(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """All in a folder, but for what Python compiles at will."""
    for path in (folder, *folder.rglob("*")):
        if "__pycache__" not in path.parts:
            name = os.fsencode(path.relative_to(folder))
            yield name.decode("utf-8", "surrogateescape"), _state(path)


def _state(path: Path) -> list[int]:
    """What kind of a thing it is, and of a file its size and time as well."""
    found = path.lstat()
    kind = stat.S_IFMT(found.st_mode)
    return [kind, found.st_size, found.st_mtime_ns] if stat.S_ISREG(kind) else [kind]


def _lock(root: Path, kind: str, key: str, seconds: float) -> FileLock:
    return FileLock(made(root / "locks") / f"{kind}-{key}.lock", timeout=seconds)


@cache
def _swept(root: Path) -> None:
    """Once in a process."""
    sweep(root)


def sweep(root: Path, ends: bool = False) -> None:
    """Remove what killed runs left: half built, half written, or scratch. Where this process `ends`
    by a signal, also the scratch of its own, held or not.
    """
    for aside in root.glob(f"*/*{ASIDE}"):
        key = aside.name.removesuffix(ASIDE)
        with suppress(Timeout, OSError), _lock(root, aside.parent.name, key, 0):
            _remove(aside)
    for aside in (*root.glob("*/.*"), *root.glob(f"{SCRATCH}/*"), *_elsewhere()):
        pid = aside.name.rpartition(".")[2].removeprefix(PREFIX).partition("-")[0]
        own = ends and pid == str(os.getpid()) and aside.is_dir()
        if own or (pid.isdigit() and not _runs(int(pid))):
            with suppress(OSError):  # another run removes it as well
                if own or not _is_held(aside):
                    _remove(aside)


def _runs(pid: int) -> bool:
    """Whether a process has not ended; a zombie has."""
    if not psutil.pid_exists(pid):
        return False
    with suppress(psutil.Error):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _elsewhere() -> list[Path]:
    with suppress(OSError):
        found = Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*")
        return [path for path in found if path.lstat().st_uid == os.getuid()]
    return []


def hold(path: Path) -> int:
    """A descriptor; until it is closed no other run takes the path for a leftover. Raises OSError.

    A process id alone is not enough: containers that share a cache do not see each other's.
    """
    descriptor = os.open(path, READING)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _is_held(path: Path) -> bool:
    """Raises OSError where it is gone."""
    descriptor = os.open(path, READING)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _remove(path: Path) -> None:
    """Remove a folder, or what stands in its place."""
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()

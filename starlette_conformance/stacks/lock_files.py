"""Stacks of lock files: what a project pins, as the file stands or as it is in git.

A lock file is named by its path, or by `PATH@REFERENCE` where it is in a git repository. What it
pins is installed as it is, nothing is resolved; packages that it has by path are built from the
same reference. The project that it belongs to is not installed: its code is the app's.
"""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.pylock import is_valid_pylock_path

from starlette_conformance.model.errors import NotInstallable, UsageError
from starlette_conformance.model.stack import Locked, Stack
from starlette_conformance.stacks import checkouts, uv_command
from starlette_conformance.stacks.interpreters import OWN
from starlette_conformance.stacks.locks.pdm import of_pdm
from starlette_conformance.stacks.locks.pin import Chosen, Pin, text_of
from starlette_conformance.stacks.locks.pipenv import of_pipfile
from starlette_conformance.stacks.locks.poetry import of_poetry
from starlette_conformance.stacks.locks.pylock import of_pylock
from starlette_conformance.stacks.locks.requirements import of_hashed_requirements
from starlette_conformance.stacks.tempdirs import scratch

SECONDS = 300.0
LAST = 400
"""Characters of what uv says that a sentence has: the reason comes last."""
EXPORT = ("export", "--frozen", "--no-emit-project", "--no-default-groups")
PYLOCK = ("--format", "pylock.toml", "--no-header", "--quiet", "--python", str(OWN))


@dataclass(frozen=True)
class LockFile:
    """A lock file within the folder of its project; `word` is what the user calls it."""

    word: str
    path: Path
    chosen: Chosen

    def pins(self) -> Sequence[Pin]:
        """Raises UsageError, NotInstallable."""
        return next(read for fits, read in FORMATS if fits(self.path))(self)


def is_lock_file(word: str) -> bool:
    """Whether a word names a lock file, by the name of the file alone."""
    return any(fits(path) for path in _paths(word) for fits, _ in FORMATS)


def of_lock_file(word: str, chosen: Chosen) -> Stack:
    """Raises UsageError, NotInstallable."""
    with _at_its_reference(word) as path:
        lock = LockFile(word, path, chosen)
        pins = [_built(lock, pin) for pin in lock.pins() if not _is_the_project(lock, pin)]
    if not pins:
        raise UsageError(f"{word}: pins no package for this Python; --group and --extra add some")
    requirements = tuple(f"{pin.name}{pin.source}" for pin in pins)
    lines = tuple(
        f"{each} {' '.join(pin.hashes)}" for each, pin in zip(requirements, pins, strict=True)
    )
    indexes = tuple(dict.fromkeys(url for pin in pins for url in pin.indexes))
    return Stack(word, requirements, locked=Locked(lines, indexes, requirements))


def _paths(word: str) -> list[Path]:
    """The file that is meant, and the one before an `@`."""
    path, at, _ = word.rpartition("@")
    return [Path(word), *([Path(path)] if at else [])]


@contextmanager
def _at_its_reference(word: str) -> Iterator[Path]:
    """The file, beside whatever its project has at the reference."""
    if Path(word).is_file():
        yield Path(word)
        return
    path, at, reference = word.rpartition("@")
    if not at:
        raise UsageError(f"{word}: no such file; PATH@REFERENCE names one in git")
    folder = Path(path).parent
    if not folder.is_dir():
        raise UsageError(f"{word}: no folder {folder} is there, so no git repository is known")
    commit = checkouts.commit_of(word, folder, reference)
    top = checkouts.git(word, folder, "rev-parse", "--show-toplevel").decode().strip()
    below = checkouts.git(word, folder, "rev-parse", "--show-prefix").decode().strip()
    with scratch() as sources:
        checkouts.extract(word, Path(top), commit, sources)
        found = sources / below / Path(path).name
        if not found.is_file():
            raise UsageError(f"{word}: {reference} has no file {below}{Path(path).name}")
        yield found


def _is_the_project(lock: LockFile, pin: Pin) -> bool:
    return pin.folder is not None and pin.folder.resolve() == lock.path.parent.resolve()


def _built(lock: LockFile, pin: Pin) -> Pin:
    """The pin of a wheel, where it is one of a folder."""
    if pin.folder is None:
        return pin
    if not pin.folder.is_dir():
        raise UsageError(
            f"{lock.word}: {pin.name} is of the folder {pin.folder}, which is not there"
        )
    wheel = checkouts.wheel_of_folder(f"{lock.word}: {pin.name}", pin.folder)
    return Pin(pin.name, f" @ {wheel.as_uri()}")


def _of_uv(lock: LockFile) -> Sequence[Pin]:
    if not (lock.path.parent / "pyproject.toml").is_file():
        raise UsageError(f"{lock.word}: no pyproject.toml beside it, which uv needs to read it")
    options = [text for group in lock.chosen.groups for text in ("--group", group)]
    options += [text for extra in lock.chosen.extras for text in ("--extra", extra)]
    return _by_pylock(lock, [*EXPORT, *options, *PYLOCK])


def _of_requirements(lock: LockFile) -> Sequence[Pin]:
    lock.chosen.refuse(lock.word, "a requirements file has none")
    text = text_of(lock.path, lock.word)
    if "--hash=" in text:
        return of_hashed_requirements(text, lock.word)
    return _by_pylock(lock, ["pip", "compile", lock.path.name, *PYLOCK])


def _by_pylock(lock: LockFile, arguments: Sequence[str]) -> Sequence[Pin]:
    """What uv makes of the file, in the format of PEP 751."""
    try:
        done = uv_command.run_uv(arguments, SECONDS, lock.path.parent)
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"{lock.word}: uv did not read it within {SECONDS:g} s") from None
    if done.returncode:
        said = uv_command.reason(done)
        if uv_command.UNSOLVED in said or uv_command.NOT_FETCHED.search(said):
            raise NotInstallable(f"{lock.word}: {uv_command.why_not_installed(said)}")
        raise UsageError(f"{lock.word}: uv cannot read it: {said[-LAST:]}")
    return of_pylock(done.stdout, lock.word, lock.path.parent, Chosen())


def _read(
    read: Callable[[str, str, Path, Chosen], Sequence[Pin]],
) -> Callable[[LockFile], Sequence[Pin]]:
    def pins(lock: LockFile) -> Sequence[Pin]:
        text = text_of(lock.path, lock.word)
        return read(text, lock.word, lock.path.parent, lock.chosen)

    return pins


FORMATS: tuple[tuple[Callable[[Path], bool], Callable[[LockFile], Sequence[Pin]]], ...] = (
    (lambda path: path.name == "uv.lock", _of_uv),
    (lambda path: path.name == "poetry.lock", _read(of_poetry)),
    (lambda path: path.name == "pdm.lock", _read(of_pdm)),
    (lambda path: path.name == "Pipfile.lock", _read(of_pipfile)),
    (is_valid_pylock_path, _read(of_pylock)),
    (lambda path: path.suffix == ".txt", _of_requirements),
)
"""By the name of the file."""

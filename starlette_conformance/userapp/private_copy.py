"""A private copy of the app's folder: what an app writes, it writes there.

In a git repository the files are those that .gitignore does not exclude. Elsewhere they are all but
those of version control, of virtual environments and caches. Files share their blocks with the
original where the file system can do that.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.listed import listed
from starlette_conformance.process import child_environment
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import cache_folder

LEFT_OUT = {
    *(".git", ".hg", ".svn", "node_modules", "__pycache__", ".tox", ".nox"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache"),
}
VENV = "pyvenv.cfg"
"""The file that makes a folder a virtual environment."""
FICLONE = 0x40049409
"""The request by which Linux makes a file of another's blocks (ioctl_ficlone(2))."""
SECONDS = 60.0
LARGE = 200_000_000
"""Bytes of a copy from which on its size is said."""
NAMED = 5


@dataclass(frozen=True)
class Original:
    """A folder, and the paths in it that a copy has; `excluded` are names that .gitignore leaves
    out.
    """

    folder: Path
    paths: tuple[Path, ...]
    excluded: tuple[str, ...] = ()

    @classmethod
    def of(cls, folder: Path, also: Sequence[str] = ()) -> "Original":
        """`also` are paths that are copied whatever .gitignore says. Raises UsageError."""
        listed = _of_git(folder, "--cached", "--others")
        found = set(_below(folder, Path(), LEFT_OUT) if listed is None else _kept(folder, listed))
        for path in also:
            if not (folder / path).exists():
                raise UsageError(f"--copy {path}: there is none in {folder}")
            found |= {Path(path), *_below(folder, Path(path), set())}
        ignored = _of_git(folder, "--others", "--ignored", "--directory") or []
        names = [
            p for p in map(str, ignored) if not _is_left_out(folder, Path(p)) and p not in also
        ]
        return cls(folder, tuple(sorted(found)), tuple(names))

    @property
    def size(self) -> int:
        """Bytes."""
        size = 0
        for path in self.paths:
            with suppress(OSError):
                size += (self.folder / path).lstat().st_size
        return size

    def complete(self, target: Path) -> None:
        """Copy what is not there. Raises UsageError."""
        folders = {parent for path in self.paths for parent in path.parents} - {Path()}
        missing = [path for path in self.paths if not os.path.lexists(target / path)]
        for folder in {path.parent for path in missing}:
            (target / folder).mkdir(parents=True, exist_ok=True)
        for path in missing:
            try:
                _copy(self.folder / path, target / path, self.folder, target)
            except FileNotFoundError:  # listed by git, and removed since
                continue
            except OSError as error:
                raise UsageError(
                    f"{self.folder / path}: cannot be copied: {error.strerror}; leave it out by "
                    ".gitignore, or run the app where it lies by --in-place"
                ) from None
        for folder in sorted(folders, reverse=True):
            with suppress(FileNotFoundError):  # nothing in it was copied
                shutil.copystat(self.folder / folder, target / folder)

    def sentences(self) -> Iterator[str]:
        """What a user should know of the copy."""
        if self.size >= LARGE:
            yield (
                f"each process gets a copy of {self.folder}: {self.size / 1e6:,.0f} MB, "
                f"{len(self.paths):,} files; .gitignore leaves files out, --in-place copies none"
            )
        if self.excluded:
            names = listed(self.excluded, NAMED)
            variables = [each for each in self.excluded if Path(each).name.startswith(".env")]
            sets = ", --env-file FILE sets its variables" if variables else ""
            yield f"not copied, since .gitignore excludes it: {names}; --copy PATH copies it{sets}"


def _of_git(folder: Path, *options: str) -> list[Path] | None:
    """The paths that git lists; None where the folder is in no repository."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(folder), "ls-files", "-z", "--exclude-standard", *options]
    variables = child_environment.of_git() | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            guarded(command), capture_output=True, timeout=SECONDS, check=False, env=variables
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    return [Path(os.fsdecode(name)) for name in done.stdout.split(b"\0") if name]


def _kept(folder: Path, listed: Sequence[Path]) -> Iterator[Path]:
    """Those without caches and environments that nobody ignored; the files of submodules."""
    known: dict[Path, bool] = {}
    for path in listed:
        if any(_is_left_out(folder, parent, known) for parent in [path, *path.parents][:-1]):
            continue
        if (folder / path).is_dir() and not (folder / path).is_symlink():
            yield from _below(folder, path, LEFT_OUT)
        else:
            yield path


def _is_left_out(folder: Path, path: Path, known: dict[Path, bool] | None = None) -> bool:
    known = {} if known is None else known
    if path not in known:
        known[path] = path.name in LEFT_OUT or _is_apart(folder / path)
    return known[path]


def _is_apart(path: Path) -> bool:
    """A virtual environment, or this project's cache, which a CI keeps below the app's folder."""
    return path.is_dir() and ((path / VENV).is_file() or path.absolute() == cache_folder())


def _below(folder: Path, top: Path, without: set[str]) -> Iterator[Path]:
    """Every path below one, empty folders too."""
    for root, names, files in os.walk(folder / top):
        here = Path(root).relative_to(folder)
        for name in [*names]:
            path = folder / here / name
            if path.is_symlink():
                yield here / name
            elif without and (name in without or _is_apart(path)):
                names.remove(name)
            else:
                yield here / name
        yield from (here / name for name in files)


def _copy(source: Path, target: Path, folder: Path, copy: Path) -> None:
    """One file, link or empty folder. A link that leads out of the folder becomes what it names:
    what is written there would be the user's.
    """
    if source.is_symlink():
        meant = source.resolve()
        if meant.is_relative_to(folder.resolve()):
            link = source.readlink()
            inside = copy / meant.relative_to(folder.resolve())
            target.symlink_to(inside if link.is_absolute() else link)
        elif meant.is_dir():
            shutil.copytree(meant, target, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
        elif meant.is_file():
            _copy_file(meant, target)
    elif source.is_dir():
        target.mkdir(exist_ok=True)
    elif source.is_file():
        _copy_file(source, target)
    elif not source.exists():
        raise FileNotFoundError(source)


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as original, target.open("wb") as made:
        try:
            fcntl.ioctl(made.fileno(), FICLONE, original.fileno())
        except OSError:  # another file system, or one that cannot
            shutil.copyfileobj(original, made, 1024 * 1024)
    shutil.copystat(source, target)

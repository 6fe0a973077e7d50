"""Stacks of what is not released: a local checkout, a git reference of one, or a wheel.

A wheel is built of it, kept in the cache by what it was built of, and installed beside the newest
rest that `specs/stacks.toml` allows. The checkout itself is only read.
"""

import hashlib
import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from starlette_conformance.model.errors import NotInstallable, UsageError
from starlette_conformance.model.stack import ALWAYS, Stack, completed
from starlette_conformance.process.child_environment import of_git
from starlette_conformance.stacks.cache import made_once
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.interpreters import OWN
from starlette_conformance.stacks.uv_command import run_uv

SECONDS = 300.0
LEFT_OUT = shutil.ignore_patterns(
    *(".git", "*.pyc", "__pycache__", ".venv", "venv", ".tox", ".nox", "node_modules"),
    *("dist", "build", ".*_cache", "site"),
)
"""What a checkout holds beside its sources."""


def of_wheel(name: str, path: Path, known: Catalogue) -> Stack:
    """Raises UsageError."""
    try:
        package = parse_wheel_filename(path.name)[0]
    except InvalidWheelFilename as error:
        raise UsageError(f"{name}: {error}") from None
    if package not in ALWAYS:
        raise UsageError(f"{name}: a wheel of {package}, and only {', '.join(ALWAYS)} are judged")
    key = hashlib.sha256(path.read_bytes()).hexdigest()[:16]

    def keep(folder: Path) -> None:
        folder.mkdir()
        shutil.copy(path, folder)

    return _stack(name, package, made_once("wheels", key, keep) / path.name, known)


def of_folder(name: str, folder: Path, known: Catalogue) -> Stack:
    """Of a checkout as it stands, what is not committed included. Raises UsageError, Failure."""
    return _judged(name, wheel_of_folder(name, folder), known)


def wheel_of_folder(name: str, folder: Path) -> Path:
    """The wheel of a package's sources as they stand. Raises UsageError, Failure."""
    if not any((folder / each).is_file() for each in ("pyproject.toml", "setup.py")):
        raise UsageError(f"{name}: neither pyproject.toml nor setup.py is there, so no checkout")

    def copy(sources: Path) -> None:
        shutil.copytree(folder, sources, ignore=LEFT_OUT, symlinks=True)

    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return _built(name, digest.hexdigest()[:16], copy)


def of_reference(name: str, folder: Path, reference: str, known: Catalogue) -> Stack:
    """Of a commit, branch or tag of a local repository. Raises UsageError, Failure."""
    key = commit_of(name, folder, reference)
    wheel = _built(name, key[:16], lambda sources: extract(name, folder, key, sources))
    return _judged(name, wheel, known)


def commit_of(name: str, folder: Path, reference: str) -> str:
    """The id of the commit that a commit, branch or tag means. Raises UsageError."""
    commit = git(name, folder, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    if not commit:
        raise UsageError(f"{name}: the repository has no commit, branch or tag {reference!r}")
    return commit.decode().strip()


def extract(name: str, folder: Path, commit: str, sources: Path) -> None:
    """Put what a folder of a repository has at a commit into another one. Raises UsageError."""
    data = git(name, folder, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(sources, filter="data")


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if LEFT_OUT(str(folder), [path.name]):
            continue
        if path.is_dir() and not path.is_symlink():
            found += _files(path)
        elif path.is_file():
            found.append(path)
    return found


def git(name: str, folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=of_git(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{name}: git cannot be run: {error}") from None
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode and said:
        raise UsageError(f"{name}: {said.splitlines()[-1]}")
    return done.stdout


def _built(name: str, key: str, put_sources: Callable[[Path], None]) -> Path:
    def build(folder: Path) -> None:
        sources = folder / "sources"
        folder.mkdir()
        put_sources(sources)
        options = ["--wheel", "--quiet", "--python", str(OWN), "--out-dir", str(folder)]
        try:
            done = run_uv(["build", *options, str(sources)], SECONDS, folder)
        except subprocess.TimeoutExpired:
            raise NotInstallable(f"{name}: no wheel was built in {SECONDS:g} s") from None
        if done.returncode:
            said = " ".join(done.stderr.split())
            raise NotInstallable(f"{name}: no wheel could be built: {said[-400:]}")
        shutil.rmtree(sources)

    (wheel,) = made_once("wheels", key, build).glob("*.whl")
    return wheel


def _judged(name: str, wheel: Path, known: Catalogue) -> Stack:
    package = parse_wheel_filename(wheel.name)[0]
    if package not in ALWAYS:
        raise UsageError(f"{name}: a checkout of {package}, not of one of {', '.join(ALWAYS)}")
    return _stack(name, package, wheel, known)


def _stack(name: str, package: str, wheel: Path, known: Catalogue) -> Stack:
    requirements = completed([f"{package} @ {wheel.as_uri()}"])
    return Stack(name, requirements, known.exclude_newer, known.needs)

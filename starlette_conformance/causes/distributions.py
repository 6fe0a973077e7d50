"""What is installed for an interpreter, package by package, with the files of each.

A trial gets files of OLD and of NEW as hard links, so that nothing is downloaded, built or compiled
anew, and what somebody changed in place is as it is.
"""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.errors import Failure, UsageError
from starlette_conformance.process import child_environment
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import cache_folder

SECONDS = 60.0
NOT_LINKED = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP)
"""How the system says that a file cannot have another name there."""

LIST = """
import json, sys
from importlib.metadata import distributions
print(json.dumps({"tag": sys.implementation.cache_tag, "distributions": [{
    "name": d.metadata["Name"],
    "version": d.version,
    "root": str(d.locate_file("")),
    "files": None if d.files is None else [str(file) for file in d.files],
    "requires": list(d.requires or []),
} for d in distributions()]}))
"""


class _Listed(msgspec.Struct):
    name: str | None
    version: str | None
    root: str
    files: list[str] | None
    requires: list[str]


class _Listing(msgspec.Struct):
    tag: str
    distributions: list[_Listed]


@dataclass(frozen=True)
class Distribution:
    """A package as it is installed: `files` below `root`, as its RECORD lists them; None where it
    has none. `requires` are its requirements but those of extras, by normalized names. `tag` is
    that of the Python.
    """

    name: str
    version: str
    root: Path
    files: tuple[str, ...] | None
    requires: tuple[Requirement, ...]
    tag: str

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.root))

    @property
    def is_compiled(self) -> bool:
        """Whether it works with the one Python that it was installed for."""
        return any(file.endswith((".so", ".pyd")) for file in self.files or ())

    def has_the_files_of(self, other: "Distribution") -> bool:
        """Whether both have the same code, whatever they say of themselves."""
        if self.root == other.root:
            return True
        ours, theirs = (each.code() for each in (self, other))
        return ours == theirs and all(_is_alike(self.root / f, other.root / f) for f in ours)

    def code(self) -> set[str]:
        """Its files but for metadata and programs, which name their interpreter."""
        return {
            file
            for file in self.files or ()
            if ".dist-info/" not in file and not file.startswith("..") and "__pycache__" not in file
        }


def installed(interpreter: Path, name: str) -> dict[str, Distribution]:
    """The packages that an interpreter finds. Raises Failure."""
    try:
        done = subprocess.run(
            guarded([str(interpreter), "-c", LIST]),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env=child_environment.of_interpreter(),
            cwd=cache_folder(),  # away from a folder whose packages would count
        )
        listing = from_json(done.stdout, _Listing, "what it printed")
    except (OSError, subprocess.SubprocessError, UsageError) as error:
        raise Failure(f"{name}: the packages of {interpreter} cannot be listed: {error}") from None
    found: dict[str, Distribution] = {}
    for each in listing.distributions:
        if each.name:
            one = _distribution(each, listing.tag)
            found.setdefault(one.name, one)
    return found


def installed_in(folder: Path, tag: str) -> Distribution:
    """The one package in a folder, for a Python. Raises Failure."""
    found = [*distributions(path=[str(folder)])]
    if len(found) != 1:
        raise Failure(f"{folder} has {len(found)} packages")
    (one,) = found
    files = None if one.files is None else [str(file) for file in one.files]
    name, requires = one.metadata["Name"], list(one.requires or [])
    return _distribution(_Listed(name, one.version, str(folder), files, requires), tag)


def _distribution(listed: _Listed, tag: str) -> Distribution:
    return Distribution(
        str(canonicalize_name(str(listed.name))),
        str(listed.version),
        Path(listed.root),
        None if listed.files is None else tuple(listed.files),
        tuple(_requirements(listed.requires)),
        tag,
    )


def _requirements(texts: Iterable[str]) -> Iterable[Requirement]:
    for text in texts:
        with suppress(InvalidRequirement):  # of which nothing follows
            requirement = Requirement(text)
            requirement.name = canonicalize_name(requirement.name)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                yield requirement


def satisfies(requirement: Requirement, distribution: Distribution | None) -> bool:
    if distribution is None:
        return False
    return requirement.specifier.contains(distribution.version, prereleases=True)


def _is_alike(file: Path, other: Path) -> bool:
    try:
        mine, its = file.stat(), other.stat()
    except OSError:
        return file.exists() == other.exists()
    if (mine.st_dev, mine.st_ino) == (its.st_dev, its.st_ino):
        return True
    return mine.st_size == its.st_size and file.read_bytes() == other.read_bytes()


def put_into(site: Path, every: Iterable[Distribution], compiled: "Compiled") -> None:
    """Install packages by links to their files. Raises Failure where one has no list of them."""
    environment = site.parent.parent.parent
    for each in every:
        if each.files is None:
            raise Failure(f"{each.name} {each.version} has no list of its files (RECORD)")
        made: set[Path] = set()
        for file in each.files:
            target = Path(os.path.normpath(site / file))
            source = each.root / file
            if environment not in target.parents or "__pycache__" in file:
                continue
            if target.parent not in made:
                target.parent.mkdir(parents=True, exist_ok=True)
                made.add(target.parent)
            if _link(source, target) and file.endswith(".py"):
                compiled.link(source, target)


@dataclass(frozen=True)
class Compiled:
    """Bytecode below a folder, by the path of its source, as PYTHONPYCACHEPREFIX has it."""

    kept: Path
    used: Path
    tag: str

    def link(self, source: Path, target: Path) -> None:
        """Let a link to a source have the bytecode of the source: time and size are the same."""
        name = f"{source.stem}.{self.tag}.pyc"
        there = self.used / str(target.parent).lstrip("/")
        kept = self.kept / str(source.parent).lstrip("/") / name
        if kept.exists():
            with suppress(OSError):  # a run that did not start has all of it removed
                there.mkdir(parents=True, exist_ok=True)
                _link(kept, there / name)


def _link(source: Path, target: Path) -> bool:
    """Whether there was anything to link; what another package has put there stays."""
    try:
        os.link(source, target)
    except (FileNotFoundError, IsADirectoryError):
        return False
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NOT_LINKED:
            raise
        shutil.copy2(source, target)
    return True

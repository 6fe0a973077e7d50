"""What the user names: stacks, interpreters, releases, checkouts, wheels, git references."""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from starlette_conformance.model.decode import SHOWN
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError, first_line, shortened
from starlette_conformance.model.stack import ALWAYS, LONGEST_NAME, Stack, completed
from starlette_conformance.model.versions import version
from starlette_conformance.stacks import checkouts, lock_files
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import of_interpreter, provision

NAME_MAX = 255
"""Bytes that Linux takes for a part of a path."""
NO_PATH = Path(os.devnull, "none")
NONE_CHOSEN = Chosen()

DEFAULT = ("documented", "latest")

FORMS = """\
  documented, starlette-0.46.1     a name that `stacks` lists
  0.46.1                           that release of Starlette, the rest as pinned
  starlette==0.46.1,uvicorn==0.34  requirements; what is left out is the newest
  ./venv/bin/python, ./venv        an interpreter, and what it has installed
  ../starlette                     a checkout of it as it stands (*)
  ../starlette@main                a git reference of a local repository (*)
  dist/starlette-1.11.whl          a wheel (*)
  uv.lock, requirements.txt@main   a lock file, as it stands or in git; also
                                   poetry, pdm, Pipfile and pylock.toml locks
  (*) of sse-starlette or uvicorn too
or several:
  all, releases, uvicorn           the milestones, or a whole axis
  starlette>=0.39,<0.50            what of an axis is within a range"""
"""How a word names stacks, for the help of commands that take some."""


def targets_named(
    names: Iterable[str], interpreters: Iterable[str]
) -> dict[str, Stack | Environment]:
    """What `--stack` and `--python` name, or else DEFAULT. Raises UsageError."""
    names, interpreters = list(names), list(interpreters)
    found: dict[str, Stack | Environment] = {}
    for name in names if names or interpreters else DEFAULT:
        found |= meant_by(name)
    return found | {path: of_interpreter(path) for path in map(_interpreter, interpreters)}


def meant_by(
    word: str, framework: bool = True, chosen: Chosen = NONE_CHOSEN
) -> dict[str, Stack | Environment]:
    """The stacks, or the one environment, that a word means, by name. Raises UsageError.

    `framework` says that an interpreter must have Starlette and its server; `chosen` are groups and
    extras of a lock file.
    """
    known = catalogue()
    if len(word) > LONGEST_NAME:
        raise UsageError(f"{shortened(word, SHOWN)!r}: longer than the name of any stack or file")
    path = Path(word) if _may_be_a_path(word) else NO_PATH
    if word not in known.stacks and path != NO_PATH and lock_files.is_lock_file(word):
        stack = lock_files.of_lock_file(word, chosen)
        needed = completed(stack.requirements) if framework else stack.requirements
        return {word: replace(stack, requirements=needed)}
    chosen.refuse(word, "only a lock file has groups and extras")
    if word not in known.stacks and _is_environment(path):
        word = _interpreter(word)
        return {word: of_interpreter(word, framework)}
    if os.sep in word or path.suffix == ".whl":
        if path.is_file() and path.suffix == ".whl":
            return {word: checkouts.of_wheel(word, path, known)}
        if path.is_dir():
            return {word: checkouts.of_folder(word, path, known)}
        if path.is_file() and os.access(path, os.X_OK):
            return {word: of_interpreter(word, framework)}
        folder, at, reference = word.rpartition("@")
        if at and Path(folder).is_dir():
            return {word: checkouts.of_reference(word, Path(folder), reference, known)}
        if not {"=", "<", ">", "~"} & set(word):
            what = "no such file or folder" if not path.exists() else "no stack can be made of it"
            raise UsageError(
                f"{word!r}: {what}; name a virtual environment, an interpreter, a checkout, a "
                "wheel, a lock file, or FOLDER@REFERENCE of a local git repository"
            )
    if word not in known.stacks and _is_version(word):
        name = f"starlette-{Version(word)}"
        if name in known.stacks:
            return {name: known.stacks[name]}
        return dict(known.meant_by(f"starlette=={word}"))
    return _in_catalogue(word, path, known)


def _in_catalogue(word: str, path: Path, known: Catalogue) -> dict[str, Stack | Environment]:
    try:
        return dict(known.meant_by(word))
    except UsageError as error:
        if word and path != NO_PATH and path.exists():
            raise UsageError(f"{word!r} is no stack; write ./{word} for what lies here") from error
        raise


def one(word: str, framework: bool = True, chosen: Chosen = NONE_CHOSEN) -> Stack | Environment:
    """The one stack or environment that a word means, as `meant_by`. Raises UsageError."""
    found = list(meant_by(word, framework, chosen).values())
    if len(found) != 1:
        raise UsageError(
            f"{word!r} matches {len(found)} stacks; name one, such as {list(found)[-1].name}"
        )
    return found[0]


def provisioned(word: str) -> Environment:
    """The environment of what a word means, made if need be. Raises UsageError, NotInstallable."""
    return made(one(word))


def made(target: Stack | Environment) -> Environment:
    """The environment, made if need be. Raises NotInstallable."""
    return provision(target) if isinstance(target, Stack) else target


def without_added(
    target: Stack | Environment, word: str, wanted: Collection[str]
) -> Stack | Environment:
    """The target without packages that every stack gets, and that neither the word nor `wanted`
    names.
    """
    if not isinstance(target, Stack):
        return target
    added = {name for name in ALWAYS if name not in word and name not in wanted}
    kept = tuple(each for each in target.requirements if each not in added)
    return replace(target, requirements=kept)


def with_packages(target: Stack | Environment, extra: Sequence[str]) -> Stack | Environment:
    """The target with more requirements. Raises UsageError."""
    for text in extra:
        try:
            Requirement(text)
        except InvalidRequirement as error:
            raise UsageError(f"--with {text}: not a requirement: {first_line(error)}") from None
    if isinstance(target, Stack):
        return replace(target, requirements=(*target.requirements, *extra))
    if extra:
        raise UsageError(f"--with adds nothing to {target.interpreter}: install it there")
    return target


def _may_be_a_path(word: str) -> bool:
    """Whether the system would look for it: it refuses longer names, such as many requirements."""
    return all(len(os.fsencode(part)) <= NAME_MAX for part in Path(word).parts)


def _is_environment(path: Path) -> bool:
    return (path / "pyvenv.cfg").is_file()


def _interpreter(path: str) -> str:
    """The program; of a virtual environment that is named by its folder, too."""
    return str(Path(path) / "bin" / "python") if _is_environment(Path(path)) else path


def _is_version(word: str) -> bool:
    try:
        version(word)
    except InvalidVersion:
        return False
    return True

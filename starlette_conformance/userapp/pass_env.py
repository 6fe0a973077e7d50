"""Which environment variables a user's app gets: by --pass-env, and `pass_env` of its project."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_toml
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.listed import listed
from starlette_conformance.process.child_environment import ALTERING

VARIABLE = re.compile(r"[A-Za-z_*?][\w*?]*")
"""A name of an environment variable, or a pattern of names."""
ENV_FILE = ".env"
SET = re.compile(r"(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=")
MISSED = re.compile(r"No such file or directory: '(?:[^'\n]*/)?\.env'")
LARGEST = 100_000
"""Characters of it that are read."""
SHOWN = 12
"""Names of variables that a message lists."""


def not_passed(names: Sequence[str], lines: Sequence[str], known: bool = False) -> str:
    """What to do about variables that an app did not get, those first that its log names; those
    alone where it is `known` what is wrong.
    """
    if not names:
        return ""
    log = "\n".join(lines)
    named = [name for name in names if re.search(rf"(?i)\b{re.escape(name)}\b", log)]
    if named:
        options = " ".join(f"--pass-env {name}" for name in named)
        return f"; set here, and not passed to the app: {', '.join(named)}; add {options}"
    if known:
        return ""
    some = listed(names, SHOWN)
    return f"; variables set here and not passed: {some}; --pass-env NAME passes one"


def of_env_file(log: str, folder: Path) -> Iterator[str]:
    """What to do where a log misses what the folder's `.env` has. Its values are not read."""
    file = folder / ENV_FILE
    try:
        names = SET.findall(file.read_text("utf-8", "replace")[:LARGEST])
    except OSError:
        return
    if MISSED.search(log):
        yield f"the app runs in a copy of its folder, which lacks {ENV_FILE}: --copy {ENV_FILE}"
    if named := [name for name in names if re.search(rf"(?i)\b{re.escape(name)}\b", log)]:
        yield f"{listed(named, SHOWN)} stands in {file}: --env-file {file}"


class Ours(msgspec.Struct):
    pass_env: list[str] = []


class Tools(msgspec.Struct, rename="kebab"):
    starlette_conformance: Ours = msgspec.field(default_factory=Ours)


class Project(msgspec.Struct):
    """What is read of a pyproject.toml."""

    tool: Tools = msgspec.field(default_factory=Tools)


def passed_by(file: Path) -> list[str]:
    """What a project passes. Raises UsageError."""
    if not file.is_file():
        return []
    names = from_toml(file, Project).tool.starlette_conformance.pass_env
    for name in names:
        check(name, f"{file}: pass_env")
    return names


def check(variable: str, where: str) -> None:
    """Raises UsageError."""
    if not VARIABLE.fullmatch(variable):
        raise UsageError(f"{where} {variable}: write the name of a variable, or a pattern as DB_*")
    if ALTERING.fullmatch(variable):
        raise UsageError(
            f"{where} {variable}: it would change how the app is served, so none gets it"
        )

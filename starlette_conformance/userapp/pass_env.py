"""Which environment variables a user's app gets: by --pass-env, and `pass_env` of its project."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from starlette_conformance.model.decode import from_toml
from starlette_conformance.model.errors import UsageError
from starlette_conformance.output.listed import listed
from starlette_conformance.process.child_environment import ALTERING

VARIABLE = re.compile(r"[A-Za-z_*?][\w*?]*")
"""A name of an environment variable, or a pattern of names."""
SHOWN = 12
"""Names of variables that a message lists."""


def not_passed(names: Sequence[str], lines: Sequence[str]) -> str:
    """What to do about variables that an app did not get, those first that its log names."""
    if not names:
        return ""
    log = "\n".join(lines)
    named = [name for name in names if re.search(rf"(?i)\b{re.escape(name)}\b", log)]
    if named:
        options = " ".join(f"--pass-env {name}" for name in named)
        return f"; set here, and not passed to the app: {', '.join(named)}; add {options}"
    some = listed(names, SHOWN)
    return f"; variables set here and not passed: {some}; --pass-env NAME passes one"


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

"""Stacks: what an app runs on, by name from `specs/stacks.toml` or by requirements.

A stack becomes exact versions only when it is resolved (`harness.environments`).
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.failures import UsageError

ALWAYS = ("starlette", "sse-starlette", "uvicorn")
"""What every stack has, in whatever version resolves where nothing else is said."""

PARSERS = ("h11", "httptools")
LOOPS = ("asyncio", "uvloop")


@dataclass(frozen=True)
class Stack:
    """A name, and what to install for it. uvicorn takes httptools and uvloop where it finds them.

    `exclude_newer` (RFC 3339) hides what was uploaded later; None means: whatever is out today.
    `needs` are requirements that only some versions have: `{"starlette<0.15": ["aiofiles"]}`.
    """

    name: str
    requirements: tuple[str, ...] = ()
    exclude_newer: str | None = None
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def parser(self) -> str:
        return "httptools" if "httptools" in _names(self.requirements) else "h11"

    @property
    def loop(self) -> str:
        return "uvloop" if "uvloop" in _names(self.requirements) else "asyncio"


@dataclass(frozen=True)
class Catalogue:
    """The stacks of a `stacks.toml`, in its order."""

    stacks: Mapping[str, Stack]
    needs: tuple[tuple[str, tuple[str, ...]], ...]

    def named(self, wanted: str) -> Stack:
        """The stack that `--stack` means: a name of the file, or comma-separated requirements."""
        if wanted in self.stacks:
            return self.stacks[wanted]
        if re.fullmatch(r"[a-z0-9.\-]+", wanted):
            raise UsageError(
                f"unknown stack {wanted!r}: `python -m harness stacks` lists the names; "
                "requirements such as starlette==0.46.1,uvicorn==0.34.0 are taken too"
            )
        try:
            requirements = [Requirement(part) for part in _split(wanted)]
        except InvalidRequirement as error:
            raise UsageError(f"stack {wanted!r} is not a list of requirements: {error}") from None
        if any(requirement.url for requirement in requirements):
            raise UsageError(
                f"stack {wanted!r}: a URL names no release; install it, and judge it by --python"
            )
        return Stack(wanted, completed([*map(str, requirements)]), None, self.needs)


def _split(wanted: str) -> list[str]:
    """Split at commas, but not inside a version specifier: `starlette>=0.39,<0.50,uvicorn`."""
    return re.split(r",(?=\s*[A-Za-z])", wanted)


def completed(requirements: Sequence[str]) -> tuple[str, ...]:
    """The requirements, and those of ALWAYS that they do not mention."""
    return (*requirements, *(name for name in ALWAYS if name not in _names(requirements)))


def _names(requirements: Sequence[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def load(path: Path) -> Catalogue:
    """Read a `stacks.toml`; the file itself says what it may hold."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        needs = tuple((key, tuple(names)) for key, names in data["needs"].items())
        stacks = [
            _stack(name, table, data["exclude-newer"], needs)
            for name, table in data["stacks"].items()
        ]
        for release in data["starlette"]["releases"]:
            table = {"requirements": [f"starlette=={release}"]}
            stacks.append(_stack(f"starlette-{release}", table, data["exclude-newer"], needs))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: {type(error).__name__}: {error}") from None
    return Catalogue({stack.name: stack for stack in stacks}, needs)


def _stack(
    name: str,
    table: Mapping[str, Any],
    date: str,
    needs: tuple[tuple[str, tuple[str, ...]], ...],
) -> Stack:
    unknown = set(table) - {"requirements", "parser", "loop", "dated"}
    if unknown:
        raise UsageError(f"stack {name!r}: unknown key {', '.join(sorted(unknown))}")
    requirements = list(table.get("requirements", ()))
    for choice, known in ((table.get("parser"), PARSERS), (table.get("loop"), LOOPS)):
        if choice is None:
            continue
        if choice not in known:
            raise UsageError(f"stack {name!r}: {choice!r} is none of {', '.join(known)}")
        if choice == known[1] and choice not in _names(requirements):
            requirements.append(choice)
    return Stack(name, completed(requirements), date if table.get("dated", True) else None, needs)

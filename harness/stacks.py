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
from packaging.specifiers import SpecifierSet
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
    """The stacks of a `stacks.toml`, in its order.

    `releases` names the stacks of the Starlette axis by release, `milestones` those of them that
    are judged with `all`. That some are yanked is a mark for the reader of the file.
    """

    stacks: Mapping[str, Stack]
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    releases: Mapping[str, str]
    milestones: frozenset[str]

    def group(self, name: str) -> set[str]:
        """The names that `all` or `releases` stands for."""
        axis = set(self.releases.values())
        if name == "releases":
            return axis
        return self.stacks.keys() - axis | {self.releases[each] for each in self.milestones}

    def meant_by(self, wanted: str) -> dict[str, Stack]:
        """The stacks that `--stack` means.

        A name of the file, `all` or `releases`, a range such as `starlette>=0.39,<0.50` (of the
        axis), or requirements such as `starlette==0.46.1,uvicorn==0.34.0`.
        """
        if wanted in ("all", "releases"):
            group = self.group(wanted)
            return {name: stack for name, stack in self.stacks.items() if name in group}
        if wanted in self.stacks:
            return {wanted: self.stacks[wanted]}
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
        if [r.name for r in requirements] == ["starlette"] and _is_range(requirements[0].specifier):
            return self._within(requirements[0].specifier)
        texts = [str(requirement) for requirement in requirements]
        return {wanted: Stack(wanted, completed(texts), None, self.needs)}

    def named(self, wanted: str) -> Stack:
        """The one stack that `wanted` means."""
        found = list(self.meant_by(wanted).values())
        if len(found) != 1:
            raise UsageError(f"{wanted!r} means {len(found)} stacks, and one is asked for")
        return found[0]

    def _within(self, specifier: SpecifierSet) -> dict[str, Stack]:
        names = [
            name
            for release, name in self.releases.items()
            if specifier.contains(release, prereleases=True)
        ]
        if not names:
            raise UsageError(f"no release of the axis is within starlette{specifier}")
        return {name: self.stacks[name] for name in names}


def _is_range(specifier: SpecifierSet) -> bool:
    return bool(specifier) and all(part.operator not in ("==", "===") for part in specifier)


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
        axis = data["starlette"]
        releases = {release: f"starlette-{release}" for release in axis["releases"]}
        for release, name in releases.items():
            table = {"requirements": [f"starlette=={release}"]}
            stacks.append(_stack(name, table, data["exclude-newer"], needs))
        milestones = frozenset(axis.get("milestones", ()))
        if unknown := milestones.union(axis.get("yanked", ())) - releases.keys():
            raise ValueError(f"{', '.join(sorted(unknown))}: not among the releases")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}: {type(error).__name__}: {error}") from None
    return Catalogue({stack.name: stack for stack in stacks}, needs, releases, milestones)


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

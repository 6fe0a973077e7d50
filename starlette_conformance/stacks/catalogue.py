"""The catalogue: the stacks of a `stacks.toml`, and what `--stack` means by a name or a range."""

import difflib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from starlette_conformance import servers
from starlette_conformance.model.errors import UsageError, first_line
from starlette_conformance.model.stack import (
    FRAMEWORK,
    IMPORTED,
    Stack,
    check_server,
    chosen,
    completed,
    names,
)
from starlette_conformance.stacks.stacks_toml import NO_PACKAGES, AxisTable, StackTable, read

ALIASES = {"releases": "starlette"}
"""Other words for an axis."""


@dataclass(frozen=True)
class Axis:
    """Stacks that differ only in what `vary` says: versions by package, `parser` or `python`.

    There is one for each combination, save those of `without`. `milestones` are judged with `all`.
    Where `apart`, the suite judges no stack that is on no axis.
    """

    name: str
    suite: str
    vary: Mapping[str, tuple[str, ...]]
    milestones: frozenset[str]
    without: frozenset[str]
    apart: bool

    def combinations(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Each stack's name, and what it holds of each thing that varies."""
        for values in itertools.product(*self.vary.values()):
            parts = dict(zip(self.vary, values, strict=True))
            name = "-".join(v if k == "parser" else f"{k}-{v}" for k, v in parts.items())
            if name not in self.without:
                yield name, parts


@dataclass(frozen=True)
class Catalogue:
    """The stacks of a `stacks.toml` by name, in its order, and its axes."""

    stacks: Mapping[str, Stack]
    axes: Mapping[str, Axis]
    needs: tuple[tuple[str, tuple[str, ...]], ...]
    exclude_newer: str
    also: Mapping[str, frozenset[str]]
    """Suites that are apart, and judge a stack on no axis as well."""

    @cached_property
    def apart(self) -> set[str]:
        """The suites that judge the stacks of their own axes, and no others."""
        return {axis.suite for axis in self.axes.values() if axis.apart}

    @cached_property
    def newest(self) -> dict[str, Version]:
        """The newest release of each package that an axis varies."""
        versions = defaultdict[str, set[Version]](set)
        for axis in self.axes.values():
            for package in axis.vary.keys() - {"parser", "python"}:
                versions[package] |= set(map(Version, axis.vary[package]))
        return {package: max(found) for package, found in versions.items()}

    def group(self, name: str) -> set[str]:
        """The names that `all`, or the name of an axis, stands for."""
        axis = ALIASES.get(name, name)
        if axis in self.axes:
            return {stack.name for stack in self.stacks.values() if stack.axis == axis}
        milestones = {each for axis in self.axes.values() for each in axis.milestones}
        return {each.name for each in self.stacks.values() if not each.axis} | milestones

    def meant_by(self, wanted: str) -> dict[str, Stack]:
        """The stacks that `--stack` means.

        A name of the file, `all`, an axis, a range such as `starlette>=0.39,<0.50` (of the axis of
        that package), or requirements such as `starlette==0.46.1,uvicorn==0.34.0`.
        """
        if wanted == "all" or ALIASES.get(wanted, wanted) in self.axes:
            group = self.group(wanted)
            return {name: stack for name, stack in self.stacks.items() if name in group}
        if wanted in self.stacks:
            return {wanted: self.stacks[wanted]}
        if re.fullmatch(r"[\w.\-]*", wanted):  # a requirement names a version, or it is a typo
            raise UsageError(self._unknown(wanted))
        try:
            requirements = [Requirement(part) for part in _split(wanted)]
        except InvalidRequirement as error:
            raise UsageError(
                f"stack {wanted!r} is not a list of requirements: {first_line(error)}"
            ) from None
        if any(requirement.url for requirement in requirements):
            raise UsageError(
                f"stack {wanted!r}: a URL names no release; a release is starlette==0.46.1, "
                "and what you have is named by the path of its interpreter, checkout or wheel"
            )
        only = requirements[0]
        axis = self.axes.get(only.name)
        if len(requirements) == 1 and axis and axis.name in axis.vary and _is_range(only.specifier):
            return self._within(axis, only.specifier)
        texts = [str(requirement) for requirement in requirements]
        check_server(f"stack {wanted!r}", texts)
        return {wanted: Stack(wanted, completed(texts), None, self.needs)}

    def named(self, wanted: str) -> Stack:
        """The one stack that `wanted` means."""
        found = list(self.meant_by(wanted).values())
        if len(found) != 1:
            raise UsageError(f"{wanted!r} matches {len(found)} stacks; name one")
        return found[0]

    def series(self, wanted: Collection[str]) -> list[list[str]]:
        """Stacks of axes in the order in which they are neighbours.

        The stacks of a series differ only in what their axis varies first.
        """
        found: dict[tuple[str, ...], list[str]] = {}
        for axis in self.axes.values():
            first = next(iter(axis.vary))
            for name, parts in axis.combinations():
                rest = (axis.name, *(value for key, value in parts.items() if key != first))
                if name in wanted:
                    found.setdefault(rest, []).append(name)
        return list(found.values())

    def _unknown(self, wanted: str) -> str:
        words = [*self.stacks, *self.axes, *ALIASES, "all"]
        near = ", ".join(difflib.get_close_matches(wanted.lower(), words, 3, 0.75))
        return (
            f"unknown stack {wanted!r}: `starlette-conformance stacks` lists the names"
            f"{f' (near it: {near})' if near else ''}; requirements such as "
            "starlette==0.46.1,uvicorn==0.34.0 work too, and paths, which have a / in them"
        )

    def _within(self, axis: Axis, specifier: SpecifierSet) -> dict[str, Stack]:
        found = [
            name
            for name, parts in axis.combinations()
            if specifier.contains(parts[axis.name], prereleases=True)
        ]
        if not found:
            raise UsageError(f"no release of the axis is within {axis.name}{specifier}")
        return {name: self.stacks[name] for name in found}


def _is_range(specifier: SpecifierSet) -> bool:
    return bool(specifier) and all(part.operator not in ("==", "===") for part in specifier)


def _split(wanted: str) -> list[str]:
    """Split at commas, but not inside a version specifier: `starlette>=0.39,<0.50,uvicorn`."""
    return re.split(r",(?=\s*[A-Za-z])", wanted)


def load(path: Path) -> Catalogue:
    """Read a `stacks.toml`; the file itself says what it may hold. Raises UsageError."""
    file, stack_tables, axis_tables = read(path)
    date, needs = file.exclude_newer, tuple(file.needs.items())
    stacks = [_stack(name, table, date, needs) for name, table in stack_tables.items()]
    axes = {name: _axis(name, table) for name, table in axis_tables.items()}
    for axis in axes.values():
        _check_runs(path, axis)
        stacks += [_on(axis, name, parts, date, needs) for name, parts in axis.combinations()]
    for name, times in Counter(stack.name for stack in stacks).items():
        if times > 1:
            said = "stands there twice, and one suite would be left out; vary something more"
            raise UsageError(f"{path}: stack {name!r} {said}")
    also = {name: table.also for name, table in stack_tables.items()}
    found = Catalogue({stack.name: stack for stack in stacks}, axes, needs, date, also)
    for name, suites in also.items():
        if strange := suites - found.apart:
            said = f"also has {', '.join(sorted(strange))}, and no axis of that suite is apart"
            raise UsageError(f"{path}: stack {name!r}: {said}")
    return found


def _stack(
    name: str,
    table: StackTable,
    date: str,
    needs: tuple[tuple[str, tuple[str, ...]], ...],
) -> Stack:
    requirements = list(table.requirements)
    check_server(f"stack {name!r}", requirements)
    for wanted in chosen(name, requirements, table.parser, table.loop):
        if wanted not in names(requirements):
            requirements.append(wanted)
    return Stack(name, completed(requirements), date if table.dated else None, needs)


def _axis(name: str, table: AxisTable) -> Axis:
    axis = Axis(name, table.suite, table.vary, table.milestones, table.without, table.apart)
    known = {stack for stack, _ in replace(axis, without=frozenset()).combinations()}
    for mark in ("milestones", "without", "yanked"):
        if strange := getattr(table, mark) - known:
            raise UsageError(f"axis {name!r}: {mark} has {', '.join(sorted(strange))}, not on it")
    return axis


def _check_runs(path: Path, axis: Axis) -> None:
    """Raises UsageError where an axis varies what is installed and never run.

    What runs is Starlette, sse-starlette, Python, the server, its parsers, its loops, what starts
    it, and what these import. Every release would pass by what another package does.
    """
    server = servers.of(axis.vary)
    runs = {"python", "parser", *FRAMEWORK, server.name, *server.parsers, *server.loops}
    runs |= {start.package for start in server.starts.values() if start.package}
    for key in axis.vary:
        if canonicalize_name(key) not in {*runs, *server.imports, *IMPORTED}:
            raise UsageError(
                f"{path}: axis {axis.name!r} varies {key}, which its stacks install and do not "
                f"run: {server.name} serves the apps, and what runs is {', '.join(sorted(runs))}, "
                "and what these import. Take the axis out; if it is a server, CONTRIBUTING.md, "
                "`Add a server`, shows how to write an adapter for it first"
            )


def _on(
    axis: Axis,
    name: str,
    parts: Mapping[str, str],
    date: str,
    needs: tuple[tuple[str, tuple[str, ...]], ...],
) -> Stack:
    packages = {key: value for key, value in parts.items() if key not in NO_PACKAGES}
    requirements = [f"{package}=={version}" for package, version in packages.items()]
    requirements += chosen(name, requirements, parts.get("parser"), None)
    python = parts.get("python")
    return Stack(name, completed(requirements), date, needs, python, axis.name, axis.suite)

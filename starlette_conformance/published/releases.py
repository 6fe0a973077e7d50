"""Which stacks are releases of one package, and which of these are compared on the site."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion

from starlette_conformance.model.versions import or_earliest, version
from starlette_conformance.stacks.catalogue import Catalogue
from starlette_conformance.stacks.stacks_toml import NO_PACKAGES


@dataclass(frozen=True)
class Release:
    """A release, and the stack that stands for it. `parser` tells apart the stacks of an axis that
    varies the parser, too; it is empty elsewhere.
    """

    package: str
    number: str
    parser: str
    stack: str

    @property
    def version(self) -> str:
        """As paths have it."""
        return f"{self.number}-{self.parser}" if self.parser else self.number

    @property
    def document(self) -> str:
        """The path of its JSON."""
        return f"release/{self.package}/{self.version}.json"


def releases(stacks: Iterable[str], known: Catalogue) -> dict[str, Release]:
    """By stack, those that differ from their neighbours in the release of one package alone: on an
    axis, or by a requirement such as `starlette==1.11.0`, where no axis has it.
    """
    parts = {name: each for axis in known.axes.values() for name, each in axis.combinations()}
    found: dict[str, Release] = {}
    taken = set()
    for stack in sorted(stacks, key=lambda name: name not in parts):
        release = _of_axis(stack, parts[stack]) if stack in parts else _required(stack, known)
        if release and (key := (release.package, release.version)) not in taken:
            taken.add(key)
            found[stack] = release
    return found


def in_series(found: Iterable[Release]) -> list[list[Release]]:
    """Neighbours, the oldest first."""
    series: dict[tuple[str, str], list[Release]] = {}
    for each in found:
        series.setdefault((each.package, each.parser), []).append(each)
    return [sorted(s, key=lambda each: or_earliest(each.number)) for s in series.values()]


def pairs(series: list[Release]) -> Iterator[tuple[Release, Release]]:
    """Each release with the one before it, and with the newest: as many again, not their square."""
    yield from itertools.pairwise(series)
    yield from ((release, series[-1]) for release in series[:-2])


def _of_axis(stack: str, parts: dict[str, str]) -> Release | None:
    packages = {name: number for name, number in parts.items() if name not in NO_PACKAGES}
    if len(packages) != 1 or "python" in parts:
        return None
    ((package, number),) = packages.items()
    return Release(package, number, parts.get("parser", ""), stack)


def _required(stack: str, known: Catalogue) -> Release | None:
    try:
        requirement = Requirement(stack)
    except InvalidRequirement:
        return None
    specifiers = [*requirement.specifier]
    if len(specifiers) != 1 or specifiers[0].operator != "==" or requirement.name not in known.axes:
        return None
    try:
        number = str(version(specifiers[0].version))
    except InvalidVersion:  # 1.*
        return None
    return Release(requirement.name, number, "", stack)

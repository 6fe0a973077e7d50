"""A change: a named difference between releases, so that an expectation can say since when.

The changes themselves stand in `specs/ledger/changes.py`.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from packaging.version import Version

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.versions import version

Kind = Literal["feature", "fix", "security", "regression", "change"]
Noticer = Literal["browser", "cache or CDN", "JavaScript client", "auth client", "proxy", "nobody"]


News = Literal["good", "bad", ""]
"""What it means to whoever upgrades: it is no word on how dangerous the difference is."""


def news(kind: Kind, gone: bool) -> News:
    """Of a change that comes, or of one that goes away: a regression that is gone is good news."""
    if kind in ("fix", "security"):
        return "bad" if gone else "good"
    if kind == "regression":
        return "good" if gone else "bad"
    return ""


@dataclass(frozen=True)
class Change:
    """What a release of `package` changed on the wire.

    `first` is the first release with the change and `last` the last one, where it went away.
    `package` is a distribution's name, or `python`. Where `present`, every release of it has the
    change, and stacks without the package have not. `noticed_by` says which clients behave
    otherwise because of it: `nobody` alone where none does. `reached_by` are names that an app's
    source has, one of them, where it can show: empty where every app can show it. It shows only
    where the requirement `beside` holds, if there is one: on some releases of Python.
    """

    package: str
    first: str
    kind: Kind
    sentence: str
    link: str
    last: str | None = None
    present: bool = False
    noticed_by: tuple[Noticer, ...] = ()
    reached_by: tuple[str, ...] = ()
    beside: str = ""

    def lines(self, name: str) -> list[str]:
        """What it is, in words."""
        until = f" to {self.last}" if self.last else ""
        about = f"{name}: {self.kind}, {self.package} {self.first}{until}"
        noticed = ", ".join(self.noticed_by) or "not known"
        return [about, f"    {self.sentence}", f"    {self.link}", f"    who notices: {noticed}"]

    def applies_to(self, environment: Environment) -> bool:
        """Whether the environment has it; not where the package is missing altogether."""
        has = environment.has(self.package) and self not in environment.lacking
        return has and self.holds_in(environment.version(self.package))

    def holds_in(self, found: Version) -> bool:
        if found < version(self.first):
            return False
        return self.last is None or found <= version(self.last)


def named(items: Iterable[tuple[str, object]]) -> dict[str, Change]:
    """Those of a module's variables that are changes, by name, in their order."""
    return {name: value for name, value in items if isinstance(value, Change)}


def unproven(
    changes: Mapping[str, Change],
    environments: Mapping[str, Environment],
    asserted: Mapping[str, set[str]],
    all_should_differ: bool = True,
) -> list[str]:
    """Sentences about the changes whose release could be wrong without a spec that notices.

    `asserted` says by change the stacks on which a spec passed that would have failed had the
    change been on the other side. Of the versions next to each boundary a stack must be among them.
    `all_should_differ` says that the stacks are meant to lie on both sides of every change.
    """
    found = []
    for name, change in changes.items():
        stacks: dict[Version, set[str]] = {}
        for environment in environments.values():
            shown = not change.beside or environment.satisfies(change.beside)
            if shown and environment.has(change.package):
                stacks.setdefault(environment.version(change.package), set()).add(environment.name)
        pairs = itertools.pairwise(sorted(stacks))
        borders = [pair for pair in pairs if len({change.holds_in(v) for v in pair}) > 1]
        released = change.package != "python" and not change.present
        if not borders and all_should_differ and released:
            found.append(f"{name}: no two stacks differ by it")
        found += [
            f"{name}: no spec asserts it on {change.package} {version}"
            for version in sorted({version for pair in borders for version in pair})
            if not stacks[version] & asserted.get(name, set())
        ]
    return found

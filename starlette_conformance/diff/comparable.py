"""Whether a diff of the reference apps says what its reader takes it to say."""

from collections.abc import Iterable
from typing import Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.side import Side, moved_packages
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.stack import ALWAYS, Stack
from starlette_conformance.output.listed import listed
from starlette_conformance.stacks.project import catalogue

LOADED = {
    "anyio", "click", "exceptiongroup", "h11", "httptools", "idna", "pip", "python", "setuptools",
    "sniffio", "sse-starlette", "starlette", "typing-extensions", "uvicorn", "uvloop", "watchfiles",
    "websockets", "wheel", "wsproto",
}  # fmt: skip
"""What Starlette, sse-starlette and uvicorn load for a reference app, and what installs it."""
NAMED = 3
"""Packages of which a sentence gives the names; there may be more."""


def first_lines(diff: Diff) -> list[str]:
    """What a reader has to know before the verdict, a sentence each."""
    found = [unlike(diff.older, diff.newer), *diff.left_out]
    if diff.statuses is None and diff.starts is None:
        found.append(not_loaded(diff.older, diff.newer))
    return [sentence for sentence in found if sentence]


class Runtime(Protocol):
    """What a stack runs on: a Side, or an Environment."""

    @property
    def parser(self) -> str: ...

    @property
    def loop(self) -> str: ...

    @property
    def python(self) -> str: ...


def unlike(older: Runtime, newer: Runtime) -> str:
    """In what OLD and NEW differ beside packages, in a sentence; empty where in nothing."""
    pairs = {
        "parser": (older.parser, newer.parser),
        "loop": (older.loop, newer.loop),
        "Python": (_minor(older.python), _minor(newer.python)),
    }
    apart = [f"{name} ({was}, {now})" for name, (was, now) in pairs.items() if was != now]
    if not apart:
        return ""
    return f"OLD and NEW differ in {', '.join(apart)}, and differences may be due to that."


def not_loaded(older: Side, newer: Side) -> str:
    """Which packages differ that no reference app loads, in a sentence; empty where none."""
    names = [name for name in moved_packages(older, newer) if name not in LOADED]
    if not names:
        return ""
    return (
        f"No reference app imports {listed(names, NAMED)}: what they change was not compared. "
        "Compare your own app with --app."
    )


def nothing_asked(targets: Iterable[Stack | Environment]) -> str:
    """Why the whole diff answers nothing, in a sentence: no reference app loads any package that
    the user named. Empty where one does.
    """
    named = {
        canonicalize_name(Requirement(text).name)
        for target in targets
        if isinstance(target, Stack)
        for text in target.requirements
        if text not in ALWAYS
    }
    if not named or named & LOADED:
        return ""
    return f"no reference app imports {', '.join(sorted(named))}; compare your own app with --app"


def all_named(targets: Iterable[Stack | Environment], sides: Iterable[Environment]) -> bool:
    """Whether the changes of what is compared can all have names. Not of an interpreter's packages,
    a checkout or a wheel, which may hold anything, nor of a release newer than those of the axes.
    """
    for target in targets:
        if not isinstance(target, Stack) or any(Requirement(r).url for r in target.requirements):
            return False
    newest = catalogue().newest
    return all(
        side.version(package) <= newest[package]
        for side in sides
        for package in newest.keys() & side.packages.keys()
    )


def _minor(python: str) -> str:
    return ".".join(python.split(".")[:2])

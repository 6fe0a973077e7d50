"""Stacks: what an app runs on, as requirements.

A stack becomes exact versions only when it is resolved (`starlette_conformance.stacks.provision`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from starlette_conformance import servers
from starlette_conformance.model.errors import UsageError
from starlette_conformance.servers.adapter import Adapter

LONGEST_NAME = 4095
"""Characters of what names a stack: the bytes that Linux takes for a path."""

FRAMEWORK = ("starlette", "sse-starlette")
"""What every stack has beside a server, in whatever version resolves where none is named."""

IMPORTED = (
    *("anyio", "exceptiongroup", "idna", "sniffio", "typing-extensions"),
    *("itsdangerous", "jinja2", "python-multipart"),  # where an app has sessions, pages and forms
)
"""What these two import besides, as their metadata and that of anyio say."""

ALWAYS = (*FRAMEWORK, *servers.ADAPTERS)
"""What is judged: the packages of which a checkout or a wheel can be a stack."""


@dataclass(frozen=True)
class Locked:
    """What a lock file pins: `lines` of a requirements file with hashes, the `indexes` that it
    names beside PyPI, and the same pins as `requirements`.
    """

    lines: tuple[str, ...]
    indexes: tuple[str, ...]
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Stack:
    """A name, and what to install for it; the server is the one that the requirements name.

    `exclude_newer` (RFC 3339) hides what was uploaded later; None means: whatever is out today.
    `needs` are requirements that only some versions have: `{"starlette<0.15": ["aiofiles"]}`.
    `python` is the version asked for, such as 3.9; None means the Python that runs the harness.
    `axis` is the axis of `stacks.toml` that the stack lies on, and `suite` the folder below
    `specs/` that judges it; with neither, it is judged by all specs.
    `locked` is what a lock file pins: only other requirements are resolved, beside these.
    """

    name: str
    requirements: tuple[str, ...] = ()
    exclude_newer: str | None = None
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    python: str | None = None
    axis: str | None = None
    suite: str | None = None
    locked: Locked | None = None

    @property
    def server(self) -> Adapter:
        return servers.of(names(self.requirements))

    @property
    def parser(self) -> str:
        return self.server.parser(names(self.requirements))

    @property
    def loop(self) -> str:
        return self.server.loop(names(self.requirements))


def completed(requirements: Sequence[str]) -> tuple[str, ...]:
    """The requirements, and what every stack has that they do not mention."""
    named = names(requirements)
    server = servers.of(named).name
    return (*requirements, *(name for name in (*FRAMEWORK, server) if name not in named))


def names(requirements: Sequence[str]) -> set[str]:
    return {_name(text) for text in requirements}


@cache
def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def chosen(
    stack: str, requirements: Sequence[str], parser: str | None, loop: str | None
) -> list[str]:
    """What to install so that the server takes this parser and this loop. Raises UsageError."""
    server = servers.of(names(requirements))
    wanted = []
    for choice, known in ((parser, server.parsers), (loop, server.loops)):
        if choice is None:
            continue
        if choice not in known:
            raise UsageError(f"stack {stack!r}: {choice!r} is none of {', '.join(known[::-1])}")
        if choice != known[-1]:
            wanted.append(choice)
    return wanted


def check_server(where: str, requirements: Sequence[str]) -> None:
    """Raises UsageError where the requirements name no one server that can be run."""
    named = names(requirements)
    if unknown := sorted(named & servers.UNKNOWN):
        raise UsageError(
            f"{where}: {unknown[0]} would be installed, and {servers.of(named).name} be run; "
            "CONTRIBUTING.md, `Add a server`, shows how to write an adapter for it"
        )
    others = [name for name in servers.ADAPTERS if name in named and name != servers.DEFAULT.name]
    if len(others) > 1:
        raise UsageError(f"{where}: names {' and '.join(others)}, and one server runs; drop one")

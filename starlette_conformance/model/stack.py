"""Stacks: what an app runs on, as requirements.

A stack becomes exact versions only when it is resolved (`starlette_conformance.stacks.provision`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.model.errors import UsageError

ALWAYS = ("starlette", "sse-starlette", "uvicorn")
"""What every stack has, in whatever version resolves where nothing else is said."""

PARSERS = ("h11", "httptools")
LOOPS = ("asyncio", "uvloop")


@dataclass(frozen=True)
class Stack:
    """A name, and what to install for it. uvicorn takes httptools and uvloop where it finds them.

    `exclude_newer` (RFC 3339) hides what was uploaded later; None means: whatever is out today.
    `needs` are requirements that only some versions have: `{"starlette<0.15": ["aiofiles"]}`.
    `python` is the version asked for, such as 3.9; None means the Python that runs the harness.
    `axis` is the axis of `stacks.toml` that the stack lies on, and `suite` the folder below
    `specs/` that judges it; with neither, it is judged by all specs.
    """

    name: str
    requirements: tuple[str, ...] = ()
    exclude_newer: str | None = None
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    python: str | None = None
    axis: str | None = None
    suite: str | None = None

    @property
    def parser(self) -> str:
        return "httptools" if "httptools" in names(self.requirements) else "h11"

    @property
    def loop(self) -> str:
        return "uvloop" if "uvloop" in names(self.requirements) else "asyncio"


def completed(requirements: Sequence[str]) -> tuple[str, ...]:
    """The requirements, and those of ALWAYS that they do not mention."""
    return (*requirements, *(name for name in ALWAYS if name not in names(requirements)))


def names(requirements: Sequence[str]) -> set[str]:
    return {_name(text) for text in requirements}


@cache
def _name(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def chosen(stack: str, parser: str | None, loop: str | None) -> list[str]:
    """What to install so that uvicorn takes this parser and this loop. Raises UsageError."""
    wanted = []
    for choice, known in ((parser, PARSERS), (loop, LOOPS)):
        if choice not in (None, *known):
            raise UsageError(f"stack {stack!r}: {choice!r} is none of {', '.join(known)}")
        if choice == known[1]:
            wanted.append(choice)
    return wanted

"""What the page of a diff begins with: its title, when and by what it was made, and a bar."""

from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version

from starlette_conformance.explain.result import Diff
from starlette_conformance.explain.severity import SEVERITIES
from starlette_conformance.explain.side import Side, moved_packages
from starlette_conformance.output.listed import listed

NAMED = 3
"""Packages that a title names; there may be more."""
FIRST = ("starlette", "sse-starlette", "uvicorn", "fastapi")


def title(older: Side, newer: Side) -> str:
    """What is compared, by packages: the name of a stack may be a path."""
    every = moved_packages(older, newer)
    names = sorted(every, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))
    if not names:
        return "The same packages on both sides"
    named = [(name, *("none" if each is None else each for each in every[name])) for name in names]
    return listed([f"{name} {was} \u2192 {now}" for name, was, now in named], NAMED)


def made() -> str:
    """When the page was made, in UTC, and by which version."""
    moment = datetime.now(UTC)
    return f"{moment:%Y-%m-%d %H:%M} UTC, starlette-conformance {version('starlette-conformance')}"


def severities(diff: Diff) -> list[tuple[str, int]]:
    """How many responses and scenarios differ, by the most dangerous difference of each."""
    found = Counter(each.severity for each in (*diff.differing, *diff.outcomes))
    return [(name, found[name]) for name in SEVERITIES if found[name]]

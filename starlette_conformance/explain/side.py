"""One of the two stacks that are compared, and what moved between them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One of the two stacks: its name, and what it is made of.

    `implementation` is that of Python; `hash_seed` is None where the environment of the harness has
    it.
    """

    name: str
    packages: tuple[tuple[str, str], ...]
    parser: str
    loop: str
    python: str
    implementation: str = ""
    hash_seed: int | None = None


def moved_packages(
    older: Side, newer: Side, python: bool = False
) -> dict[str, tuple[str | None, str | None]]:
    """The packages in which two stacks differ, with both versions; and Python, if it counts."""
    was, now = (
        dict(each.packages) | ({"python": each.python} if python else {}) for each in (older, newer)
    )
    names = sorted({**was, **now})
    return {
        name: (was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)
    }

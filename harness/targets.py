"""What `--stack` and `--python` ask for: stacks, and interpreters with what they have installed."""

from collections.abc import Iterable

from harness.environments import Environment, of_interpreter
from harness.project import catalogue
from harness.stacks import Stack

DEFAULT = ("documented", "latest")


def asked_for(names: Iterable[str], interpreters: Iterable[str]) -> dict[str, Stack | Environment]:
    """Them by name, or else DEFAULT. Raises UsageError."""
    names, interpreters, known = list(names), list(interpreters), catalogue()
    found: dict[str, Stack | Environment] = {}
    for name in names if names or interpreters else DEFAULT:
        found |= known.meant_by(name)
    return found | {path: of_interpreter(path) for path in interpreters}

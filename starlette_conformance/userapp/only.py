"""Some of the requests of a file, as `--only` names them."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.userapp.recorded_request import Step


def chosen(steps: Sequence[Step], patterns: Sequence[str], path: Path) -> set[Step]:
    """The requests that --only means. Raises UsageError."""
    found: set[Step] = set()
    for pattern in patterns:
        meant = {
            step
            for step in steps
            if any(fnmatchcase(text, pattern) for text in (step.request_line, step.name, str(step)))
        }
        if not meant:
            raise UsageError(
                f"--only {pattern}: no request of {path} is 'METHOD /target' like that"
            )
        found |= meant
    return found

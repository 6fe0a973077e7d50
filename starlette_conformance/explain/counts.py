"""How often a comparison found what, as every output counts it."""

from collections.abc import Mapping
from typing import Any

from starlette_conformance.explain.severity import SEVERITIES, Severity


def counts(
    compared: int,
    by_severity: Mapping[Severity, int],
    unexplained: int,
    by_change: Mapping[str, int],
) -> dict[str, Any]:
    """How often what was found; an exchange that several changes alter counts for each."""
    return {
        "compared": compared,
        "differing": sum(by_severity.values()),
        "unexplained": unexplained,
        "severities": {name: by_severity[name] for name in SEVERITIES if by_severity.get(name)},
        "changes": dict(sorted(by_change.items())),
    }

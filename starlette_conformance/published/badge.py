"""A badge of a release, as https://shields.io/badges/endpoint-badge reads it."""

from typing import Any

from starlette_conformance.published.documents import Judged


def badge(judged: Judged) -> dict[str, Any]:
    """Green only where every spec was run, and passed."""
    label = f"{judged.package} {judged.version}" if judged.package else judged.name
    whole = judged.complete and judged.finished is not None and judged.specs
    failed = judged.verdicts.get("fail", 0)
    good = whole and judged.passed == judged.specs
    colour = "red" if failed else "brightgreen" if good else "lightgrey"
    message = f"{judged.passed:,} of {judged.specs:,}" if whole else "inconclusive"
    return {"schemaVersion": 1, "label": label, "message": message, "color": colour}

"""Packages that a plain installation lacks, and the extra that brings each."""

from importlib.util import find_spec

EXTRAS = {
    "locust": "load",
    "hdrh": "load",
    "numpy": "measure",
    "playwright": "browser",
    "pytest_benchmark": "bench",
    "schemathesis": "schema",
    "scipy": "measure",
    "yaml": "schema",
}
"""By the module that is imported."""


def lacking(module: str | None) -> str | None:
    """Its name, and what to do, for a sentence; None where no extra brings it."""
    name = (module or "").partition(".")[0]
    if name not in EXTRAS:
        return None
    return f"{name}: pip install 'starlette-conformance[{EXTRAS[name]}]'"


def absent(*modules: str) -> list[str]:
    """The same, for each of these that is not installed."""
    return [text for name in modules if find_spec(name) is None and (text := lacking(name))]

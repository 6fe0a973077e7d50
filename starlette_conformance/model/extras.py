"""Packages that a plain installation lacks, and the extra that brings each."""

EXTRAS = {
    "hypothesis": "properties",
    "locust": "load",
    "hdrh": "load",
    "numpy": "measure",
    "playwright": "browser",
    "pytest_benchmark": "bench",
    "scipy": "measure",
}
"""By the module that is imported."""


def lacking(module: str | None) -> str | None:
    """What to do about a module that cannot be imported; None where no extra brings it."""
    name = (module or "").partition(".")[0]
    if name not in EXTRAS:
        return None
    return f"this needs {name}: pip install 'starlette-conformance[{EXTRAS[name]}]'"

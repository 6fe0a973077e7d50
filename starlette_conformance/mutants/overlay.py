"""Overlays of the packages that are mutated, and the mutants of their modules."""

from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.mutants.generate import mutants
from starlette_conformance.mutants.mutant import Mutant
from starlette_conformance.stacks.overlays import installed, lay_copies

PACKAGES = ("starlette", "sse_starlette")
MODULES = (
    "starlette.middleware.authentication",
    "starlette.middleware.cors",
    "starlette.responses",
    "starlette.staticfiles",
    "starlette.routing",
    "starlette.exceptions",
    "starlette.middleware.exceptions",
    "starlette._exception_handler",
    "starlette.middleware.errors",
    "starlette.requests",
    "starlette.datastructures",
    "sse_starlette.sse",
    "sse_starlette.event",
    "starlette.applications",
    "starlette.authentication",
    "starlette.middleware",
    "starlette.convertors",
    "starlette.concurrency",
    "starlette._utils",
)
"""What the apps reach, and what is mutated of it."""


def sources(environment: Environment) -> dict[str, Path]:
    """Where the modules that are mutated lie below the packages, as far as the release has them."""
    found = {}
    for module in MODULES:
        path = Path(*module.split("."))
        for each in (path.with_suffix(".py"), path / "__init__.py"):
            if (installed(environment) / each).is_file():
                found[module] = each
    return found


def all_mutants(environment: Environment, modules: Sequence[str]) -> list[Mutant]:
    """Those of the modules, or of all where none is named. Raises UsageError."""
    known = sources(environment)
    for module in modules:
        if module not in known:
            raise UsageError(f"--module {module}: not one of {', '.join(known)}")
    return [
        mutant
        for module in modules or known
        for mutant in mutants(module, (installed(environment) / known[module]).read_bytes())
    ]


def lay(environment: Environment, folder: Path, mutant: Mutant | None = None) -> Path:
    """Copies of the packages in `folder`, one of their modules mutated."""
    lay_copies(environment, folder, PACKAGES)
    if mutant:
        path = folder / sources(environment)[mutant.module]
        path.write_bytes(mutant.applied(path.read_bytes()))
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
    return folder

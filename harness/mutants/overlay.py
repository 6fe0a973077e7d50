"""Overlays: folders that come before the installed packages, with copies in which one module differs.

An environment as a whole would be copied in seconds, and what is mutated in milliseconds.
"""

import shutil
from functools import cache
from pathlib import Path

from harness.environments import Environment
from harness.mutants.made import mutants
from harness.mutants.model import Mutant
from harness.planting import packages

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

TRACER = Path(__file__).with_name("tracer.py")


def installed(environment: Environment) -> Path:
    return packages(environment.interpreter.parent.parent)


def sources(environment: Environment) -> dict[str, Path]:
    """The files of the modules that are mutated, as far as the release has them."""
    folder = installed(environment)
    found = {}
    for module in MODULES:
        path = folder.joinpath(*module.split("."))
        for each in (path.with_suffix(".py"), path / "__init__.py"):
            if each.is_file():
                found[module] = each
    return found


def all_mutants(environment: Environment) -> list[Mutant]:
    return [
        mutant
        for module, path in sources(environment).items()
        for mutant in mutants(module, path.read_bytes())
    ]


def lay(environment: Environment, folder: Path, mutant: Mutant | None = None) -> Path:
    """Copies of both packages in `folder`, one of their modules mutated."""
    packages = installed(environment)
    for name in PACKAGES:
        shutil.copytree(packages / name, folder / name)  # with the times, so what is compiled holds
    if mutant:
        path = folder / sources_of(environment)[mutant.module]
        path.write_bytes(mutant.applied(path.read_bytes()))
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
    return folder


def sources_of(environment: Environment) -> dict[str, Path]:
    """Where each module lies below the packages."""
    return _relative(installed(environment), tuple(sources(environment).items()))


@cache
def _relative(folder: Path, found: tuple[tuple[str, Path], ...]) -> dict[str, Path]:
    return {module: path.relative_to(folder) for module, path in found}


def lay_traced(environment: Environment, folder: Path) -> Path:
    """An overlay without a mutant, whose interpreters write down which lines they run."""
    lay(environment, folder)
    shutil.copy(TRACER, folder / "sitecustomize.py")
    (folder / "current").write_bytes(bytes(4))
    (folder / "lines").touch()
    return folder

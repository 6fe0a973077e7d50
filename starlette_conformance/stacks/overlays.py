"""Overlays: folders of packages that come before those installed, as `Environment.ahead`.

A whole environment would be copied in seconds, and its few packages in milliseconds.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.stacks import patched_copies
from starlette_conformance.stacks.patched_copies import COMPILING

TRACER = Path(__file__).with_name("_tracer.py")


def installed(environment: Environment) -> Path:
    return patched_copies.packages(environment.interpreter.parent.parent)


def lay_copies(environment: Environment, folder: Path, packages: Sequence[str]) -> None:
    """Copies of packages in `folder`, with what Python has compiled."""
    for name in packages:
        shutil.copytree(installed(environment) / name, folder / name, ignore=COMPILING)


def lay_traced(environment: Environment, folder: Path, packages: Sequence[str]) -> Path:
    """The same, and the interpreters that see it write down which lines of them they run."""
    lay_copies(environment, folder, packages)
    shutil.copy(TRACER, folder / "sitecustomize.py")
    (folder / "current").write_bytes(bytes(4))
    (folder / "lines").touch()
    return folder

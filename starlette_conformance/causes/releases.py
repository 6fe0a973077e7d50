"""The releases of a package between two versions, each installed once, in a folder of its own."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import InvalidVersion, Version

from starlette_conformance.causes.candidates import OutOfTime
from starlette_conformance.causes.distributions import Distribution, installed_in
from starlette_conformance.model.errors import Failure
from starlette_conformance.stacks import package_index
from starlette_conformance.stacks.package_index import Release
from starlette_conformance.stacks.uv_command import reason, run_uv

SECONDS = 120.0
"""How long a release may take to be downloaded, or built."""
LAST = 200
"""Characters of what uv says that a reason has: what is wrong comes last."""


@dataclass
class Releases:
    """`interpreter` is what they are installed for, with its `tag`, and `folder` where. None takes
    longer than until `deadline`, by the monotonic clock: one that is built may take minutes.
    """

    interpreter: Path
    tag: str
    folder: Path
    deadline: float
    _listed: dict[str, list[Release]] = field(default_factory=dict)
    _installed: dict[tuple[str, str], Distribution | Failure] = field(default_factory=dict)

    def between(self, name: str, old: str, new: str) -> list[Release]:
        """Those after OLD's and before NEW's, in this order. Raises Failure."""
        try:
            low, high = Version(old), Version(new)
        except InvalidVersion:
            return []
        if name not in self._listed:
            self._listed[name] = package_index.every_release(name)
        first, last = sorted((low, high))
        found = [each for each in self._listed[name] if first < each.version < last]
        return found if low < high else found[::-1]

    def install(self, name: str, version: str) -> Distribution:
        """Raises Failure, or OutOfTime."""
        key = name, version
        if key not in self._installed:
            try:
                self._installed[key] = self._install(name, version)
            except Failure as error:
                self._installed[key] = error
        found = self._installed[key]
        if isinstance(found, Failure):
            raise found
        return found

    def _install(self, name: str, version: str) -> Distribution:
        target = self.folder / f"{name}-{version}"
        options = ["--no-deps", "--quiet", "--python", str(self.interpreter)]
        arguments = ["pip", "install", *options, "--target", str(target), f"{name}=={version}"]
        seconds = min(SECONDS, max(0.0, self.deadline - time.monotonic()))
        try:
            done = run_uv(arguments, seconds)
        except subprocess.TimeoutExpired:
            if seconds < SECONDS:
                raise OutOfTime(f"no time was left to install {name} {version}") from None
            raise Failure(f"it was not installed within {SECONDS:g} s") from None
        if done.returncode:
            raise Failure(f"it cannot be installed: {reason(done)[-LAST:]}")
        return installed_in(target, self.tag)

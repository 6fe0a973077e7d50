"""An environment: an interpreter, and exactly what is installed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from starlette_conformance import servers
from starlette_conformance.model.decode import SHOWN
from starlette_conformance.model.errors import UsageError, shortened
from starlette_conformance.model.versions import canonical, version
from starlette_conformance.servers.adapter import Adapter


@dataclass(frozen=True)
class Environment:
    """A provisioned stack: an interpreter and exactly what is installed for it.

    `passes_variables` says whether it is one that the user named, whose apps get the variables by
    which an interpreter finds its packages; where not, `hash_seed` is their PYTHONHASHSEED, on
    which the order of a set depends.
    `urls` says by app where it is served, when somebody else does.
    `lacking` are changes that it is taken not to have, whatever its versions say. `implementation`
    is that of Python, such as CPython; empty where nobody needs it. `ahead` is a folder whose
    packages come before those installed.
    """

    name: str
    interpreter: Path
    python: str
    packages: Mapping[str, str]
    passes_variables: bool = False
    hash_seed: int = 0
    urls: Mapping[str, str] = field(default_factory=dict, compare=False)
    lacking: frozenset[Any] = frozenset()
    implementation: str = ""
    ahead: Path | None = None

    @property
    def server(self) -> Adapter:
        return servers.of(self.packages)

    @property
    def parser(self) -> str:
        """The HTTP parser that the server takes of those installed."""
        return self.server.parser(self.packages)

    @property
    def loop(self) -> str:
        return self.server.loop(self.packages)

    def has(self, package: str) -> bool:
        return package == "python" or canonical(package) in self.packages

    def satisfies(self, requirement: str) -> bool:
        """Whether a package is there in such a version. Raises UsageError, as `version`."""
        wanted = Requirement(requirement)
        return self.has(wanted.name) and wanted.specifier.contains(
            self.version(wanted.name), prereleases=True
        )

    def version(self, package: str) -> Version:
        """Raises UsageError where what is installed calls itself something else."""
        text = self.python if package == "python" else self.packages[canonical(package)]
        try:
            return version(text)
        except InvalidVersion:
            shown = shortened(text, SHOWN)
            raise UsageError(f"{self.name}: {package} calls itself {shown!r}, no version") from None

    def __str__(self) -> str:
        names = dict.fromkeys(("starlette", "sse-starlette", self.server.name, self.parser))
        versions = ", ".join(f"{n} {self.packages[n]}" for n in names if n in self.packages)
        return f"{self.name} ({versions}, {self.loop}, Python {self.python})"

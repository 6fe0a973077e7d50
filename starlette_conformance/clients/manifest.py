"""`clients/manifest.toml`: which clients there are, in which versions, and where they are known to
differ from the standard.
"""

from pathlib import Path

import msgspec
from packaging.specifiers import SpecifierSet

from starlette_conformance.model.decode import from_toml
from starlette_conformance.model.errors import UsageError
from starlette_conformance.stacks.project import ROOT

FOLDER = ROOT / "clients"
NPM, PYPI, PROGRAM = "npm", "pypi", "program"


class ClientTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """`[[client]]`; the manifest explains the fields."""

    name: str
    kind: str
    adapter: str
    versions: tuple[str, ...] = ("",)
    package: str = ""
    beside: tuple[str, ...] = ()
    shows: tuple[str, ...] = ("type", "data", "id")
    reads_json: bool = False
    reads_types: tuple[str, ...] = ()
    around: tuple[str, str] = ("", "")
    follows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in {NPM, PYPI, PROGRAM}:
            raise ValueError(f"kind {self.kind!r} is neither npm, pypi nor program")


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[difference]]`: where a client is known to differ from the standard, and since when."""

    client: str
    streams: tuple[str, ...]
    what: str
    versions: str = ""
    link: str = ""
    sometimes: bool = False

    def __post_init__(self) -> None:
        SpecifierSet(self.versions)  # raises InvalidSpecifier, a ValueError

    def covers(self, client: "Client", stream: str) -> bool:
        return (
            self.client == client.name
            and stream in self.streams
            and (not self.versions or SpecifierSet(self.versions).contains(client.version))
        )


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    exclude_newer: str
    client: tuple[ClientTable, ...]
    difference: tuple[Difference, ...] = ()


class Client(msgspec.Struct, frozen=True):
    """One client in one version."""

    table: ClientTable
    version: str
    exclude_newer: str

    @property
    def name(self) -> str:
        return self.table.name

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip()


def read(path: Path = FOLDER / "manifest.toml") -> tuple[list[Client], tuple[Difference, ...]]:
    """The clients, and what is known of them. Raises UsageError."""
    manifest = from_toml(path, Manifest)
    clients = [
        Client(table, version, manifest.exclude_newer)
        for table in manifest.client
        for version in table.versions
    ]
    names = {client.name for client in clients}
    for number, each in enumerate(manifest.difference, 1):
        if each.client not in names:
            raise UsageError(f"{path}: difference {number}: there is no client {each.client!r}")
    return clients, manifest.difference

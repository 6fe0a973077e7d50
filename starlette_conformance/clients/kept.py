"""What a client was given, kept: the same bytes give the same client the same events.

A file in the cache holds it for each client, in each version. Another adapter, interpreter, Node or
browser makes it another file.
"""

import hashlib
from collections.abc import Sequence

from starlette_conformance.clients.environments import identity
from starlette_conformance.clients.manifest import Client
from starlette_conformance.clients.run_client import Following, Given, run_client
from starlette_conformance.clients.streams import Replayed
from starlette_conformance.stacks.cache import key_of
from starlette_conformance.stacks.kept_file import KeptFile

FOLDER = "given"
FILES = 200
"""As many clients are kept, those that were run last."""

Script = Sequence[Replayed]


class Kept:
    """What one client was given, by what was sent."""

    def __init__(self, client: Client) -> None:
        self._file = KeptFile(FOLDER, identity(client), dict[str, Given], FILES)
        self._given: dict[str, Given] = self._file.read() or {}
        self._changed = False

    def given(self, script: Script, following: Following | None) -> Given | None:
        return self._given.get(_key(script, following))

    def has(self, scripts: Sequence[Script], following: Following | None) -> bool:
        return all(_key(each, following) in self._given for each in scripts)

    def keep(self, script: Script, following: Following | None, given: Given) -> None:
        self._given[_key(script, following)] = given
        self._changed = True

    def forget(self, script: Script, following: Following | None) -> None:
        self._changed |= self._given.pop(_key(script, following), None) is not None

    def save(self) -> None:
        if self._changed:
            self._file.write(self._given)


def read(
    client: Client,
    scripts: Sequence[Script],
    following: Following | None,
    kept: Kept,
    fresh: bool = False,
) -> list[Given]:
    """What came of each script: what is not kept is sent, and all where `fresh`. Raises
    NotInstallable; CannotTell where the adapter fails.
    """
    found = [None if fresh else kept.given(each, following) for each in scripts]
    lacking = [script for script, given in zip(scripts, found, strict=True) if given is None]
    came = iter(run_client(client, lacking, following) if lacking else ())
    for script in lacking:
        kept.keep(script, following, given := next(came))
        found[found.index(None)] = given
    return [given for given in found if given is not None]


def _key(script: Script, following: Following | None) -> str:
    sent = [
        (hashlib.sha256(each.body).digest(), each.segments, each.ending, each.status, each.headers)
        for each in script
    ]
    return key_of(sent, following)

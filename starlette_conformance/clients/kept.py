"""What a client was given, kept: the same bytes give the same client the same events.

A file in the cache holds it for each client, in each version. Another adapter, interpreter, Node or
browser makes it another file.
"""

import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from starlette_conformance.clients.environments import identity
from starlette_conformance.clients.manifest import Client
from starlette_conformance.clients.run_client import Following, Given, run_client
from starlette_conformance.clients.streams import Replayed
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.stacks.cache import cache_folder, key_of

FOLDER = "given"
FILES = 200
"""As many clients are kept, those that were run last."""
DAMAGED = (OSError, ValueError, zlib.error, msgspec.MsgspecError)

Script = Sequence[Replayed]


class Kept:
    """What one client was given, by what was sent."""

    def __init__(self, client: Client) -> None:
        self._path = cache_folder() / FOLDER / f"{identity(client)}.json"
        self._given: dict[str, Given] = {}
        self._changed = False
        with suppress(*DAMAGED):
            packed = b64decode(self._path.read_bytes())
            self._given = msgspec.json.decode(zlib.decompress(packed), type=dict[str, Given])

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
        """Nothing is lost where it cannot be written but the time to run the client again."""
        if not self._changed:
            return
        packed = b64encode(zlib.compress(msgspec.json.encode(self._given)))
        with suppress(OSError):
            write_whole(self._path, packed.decode())
            files = sorted(self._path.parent.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in files[:-FILES]:
                path.unlink(missing_ok=True)


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

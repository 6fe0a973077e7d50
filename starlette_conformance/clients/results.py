"""What `clients --json` writes, and `report --clients` reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from starlette_conformance.clients.compare import Outcome
from starlette_conformance.clients.matrix import Row, gone
from starlette_conformance.clients.recorded import Recorded
from starlette_conformance.clients.verdict import verdict
from starlette_conformance.model.decode import from_json, read_bytes
from starlette_conformance.output.result import Result
from starlette_conformance.runs.rerun_commands import of_verb

LIMIT = 64 * 1024 * 1024
"""Bytes of a file: all clients on all streams take 0.4 MB."""


class OnStream(msgspec.Struct, frozen=True):
    """How a client differs from the standard on a stream, and why, where that is known."""

    stream: str
    behaviour: str
    difference: str
    known: str
    link: str

    def __post_init__(self) -> None:
        if self.link and not self.link.startswith("https://"):
            raise ValueError("link: an address begins with https://")


class OfClient(msgspec.Struct, frozen=True):
    """A client in one version; `not_judged` says why it has no streams."""

    client: str
    version: str
    not_judged: str
    streams: tuple[OnStream, ...]


class Results(msgspec.Struct, frozen=True):
    """`releases` are those that send a recorded stream, the oldest first; `not_recorded` says which
    are missing.
    """

    clients: tuple[OfClient, ...]
    releases: dict[str, tuple[str, ...]]
    not_recorded: tuple[str, ...] = ()


def as_data(rows: Sequence[Row], recorded: Recorded, command: str = "") -> dict[str, Any]:
    """As plain data, with the verdict; `command` makes the same matrix."""
    said, code = verdict(rows, gone(rows))
    clients = tuple(
        OfClient(row.client.name, row.client.version, row.not_judged, tuple(map(_on, row.outcomes)))
        for row in rows
    )
    releases = {stream: tuple(those) for stream, those in recorded.releases.items()}
    new = [row.client for row in rows if any(each.is_new for each in row.outcomes)]
    closer = [of_verb("clients", "--client", f"{each.name}=={each.version}", "-v") for each in new]
    result = Result(code, said, command, next=closer or ([command] if code else []))
    more = msgspec.to_builtins(Results(clients, releases, tuple(recorded.lacking)))
    return result.document(**more)


def _on(outcome: Outcome) -> OnStream:
    known = outcome.known
    why = (known.what, known.link) if known else ("", "")
    return OnStream(outcome.stream, outcome.behaviour, outcome.what, *why)


def read_results(file: Path) -> Results:
    """Raises UsageError."""
    advice = "; `starlette-conformance clients --json` writes one"
    return from_json(read_bytes(file, LIMIT, file, advice), Results, file)

"""Runs a client on streams, all of them in one process, and collects what it was given."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from urllib.parse import urljoin

import msgspec

from starlette_conformance.clients.environments import command
from starlette_conformance.clients.manifest import Client
from starlette_conformance.clients.reference import REFERENCE
from starlette_conformance.clients.replay_server import Request, replaying
from starlette_conformance.clients.streams import Replayed
from starlette_conformance.model.errors import CannotTell, DidNotStart
from starlette_conformance.process.child_environment import of_own
from starlette_conformance.process.supervised import Supervised
from starlette_conformance.stacks.tempdirs import scratch

AT_ONCE = 4
"""Clients at a time: each is a process, and reads several streams at once."""
SECONDS = 120.0
"""How long a client may take for all of its streams."""
SAID = 300
"""Characters of what an adapter says when it fails."""


class Line(msgspec.Struct, frozen=True):
    """What an adapter writes, a line of JSON."""

    stream: int
    type: str | None = None
    data: str | None = None
    id: str | None = None
    retry: float | None = None
    bytes: str | None = None
    error: str | None = None
    end: bool = False


@dataclass
class Given:
    """What a client was given of one stream."""

    lines: list[Line] = field(default_factory=list)
    error: str = ""
    ended: bool = False
    requests: list[Request] = field(default_factory=list)


@dataclass(frozen=True)
class Following:
    """How clients are to read on after the first end of a stream: for so many seconds. A page may
    read `with_credentials`, and be of another origin.
    """

    seconds: float
    with_credentials: bool = False
    elsewhere: bool = False


def run_client(
    client: Client, scripts: Sequence[Sequence[Replayed]], following: Following | None = None
) -> list[Given]:
    """What came of each script. Raises NotInstallable; CannotTell where the adapter fails."""
    every = [*map(Replayed.alone, REFERENCE), *chain.from_iterable(scripts)]
    types = sorted({event.type for each in every for event in each.expected})
    with scratch(short=True) as folder, replaying(scripts) as server:
        given: dict[str, object] = {"urls": server.urls, "types": types}
        given["page"] = urljoin(server.urls[0], "/")
        if following:
            given["follow"] = following.seconds
            given["credentials"] = following.with_credentials
            given["page"] = server.page if following.elsewhere else given["page"]
        done = _run(client, command(client, folder), folder, json.dumps(given))
    found = collected(client, len(scripts), done)
    for each, requests in zip(found, server.requests, strict=True):
        each.requests = requests
    return found


def _run(
    client: Client, words: Sequence[str], folder: Path, given: str
) -> "subprocess.CompletedProcess[str]":
    """What its adapter wrote, once nothing of it runs any more. Raises CannotTell."""
    stdin, stdout, stderr = (folder / name for name in ("stdin", "stdout", "stderr"))
    stdin.write_text(given, "utf-8")
    variables = of_own() | {"TMPDIR": str(folder)}  # Chromium leaves files where it is killed
    with stdin.open("rb") as reads, stdout.open("wb") as writes, stderr.open("wb") as says:
        files = reads.fileno(), writes.fileno(), says.fileno()
        adapter = Supervised(words, variables, folder, *files)
        try:
            is_done = adapter.ends_within(SECONDS)
        except DidNotStart as failure:
            raise CannotTell(f"{client}: {failure}") from None
        finally:
            status = adapter.wait()
    if not is_done:
        raise CannotTell(f"{client}: not done within {SECONDS:g} s")
    wrote, said = (path.read_text("utf-8", "replace") for path in (stdout, stderr))
    return subprocess.CompletedProcess(words, status, wrote, said)


def collected(client: Client, number: int, done: "subprocess.CompletedProcess[str]") -> list[Given]:
    """The lines of an adapter by stream. Raises CannotTell where it failed, or wrote something
    else.
    """
    if done.returncode or not done.stdout:
        said = " ".join(done.stderr.split())[-SAID:]
        raise CannotTell(f"{client}: its adapter ended with status {done.returncode}: {said}")
    found = [Given() for _ in range(number)]
    text = done.stdout.removesuffix("\n").split("\n")  # a line separator of Unicode ends no line
    try:
        lines = [msgspec.json.decode(line, type=Line) for line in text]
    except msgspec.DecodeError as error:
        raise CannotTell(f"{client}: its adapter wrote no JSON lines: {error}") from None
    for line in lines:
        if not 0 <= line.stream < number:
            continue
        given = found[line.stream]
        if line.end:
            given.ended = True
        elif line.error is not None:
            given.error = given.error or line.error
        else:
            given.lines.append(line)
    return found

"""What the app `sse` sends on each release of sse-starlette, recorded once, and each distinct
stream named after the first release that sends it.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.clients.streams import Stream
from starlette_conformance.http.client import Client
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.process.app_server import Server
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.cache import FORMAT, cache_folder, key_of, made_once
from starlette_conformance.stacks.project import catalogue, digest, script, site_files
from starlette_conformance.stacks.provision import provision

AXIS = "sse-starlette"
BEHAVIOUR = "app"
AT_ONCE = 12
"""Releases at a time: they wait for a ping."""
INTERVAL, CHUNKS, SECONDS = 8, 3, 30.0
"""An event, the ping that comes after 15 seconds, and another event."""
VALUE = re.compile(rb"(?m)^(data: ?)(\S+?)(?=\r?$)")
TIME = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
"""The moment of a ping, which is another one in each recording."""
SOME_TIME = b"2026-11-29 12:00:00.000000"


@dataclass
class Recorded:
    """The distinct streams, the releases that send each, and why others are not there."""

    streams: list[Stream] = field(default_factory=list)
    releases: dict[str, list[str]] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)


def record(done: Callable[[], None] = lambda: None) -> Recorded:
    """What every release on the axis sends."""
    found = Recorded()
    bodies: dict[bytes, list[str]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, body in pool.map(_recorded, release_stacks()):
            done()
            if isinstance(body, str):
                found.lacking.append(body)
            else:
                bodies.setdefault(body, []).append(name.removeprefix(f"{AXIS}-"))
    for body, releases in bodies.items():
        stream = Stream(f"{AXIS}-{releases[0]}", BEHAVIOUR, body, by_event=True)
        found.streams.append(stream)
        found.releases[stream.name] = releases
    return found


def release_stacks() -> list[str]:
    return list(catalogue().meant_by(AXIS))


def _recorded(name: str) -> tuple[str, bytes | str]:
    """The bytes of a release, or why there are none."""
    try:
        environment = provision(catalogue().stacks[name])
        return name, marked((_folder(environment) / "stream").read_bytes())
    except Failure as failure:
        return name, f"{name}: {failure}"


def _folder(environment: Environment) -> Path:
    interpreter = str(environment.interpreter.relative_to(cache_folder()))
    key = key_of(interpreter, digest("apps/sse.py"), FORMAT)

    def build(folder: Path) -> None:
        folder.mkdir()
        (folder / "stream").write_bytes(sent_by(environment))

    return made_once("streams", key, build)


def sent_by(environment: Environment) -> bytes:
    """Raises DidNotStart."""
    folder = site_fixture.lay_out(site_files())
    server = Server(script("sse"), environment, folder, ("--interval", str(INTERVAL)))
    try:
        client = Client("sse", environment, server.port(), server.log, lambda _: None)
        return client.request("GET", "/stream", chunks=CHUNKS, seconds=SECONDS).message.body
    finally:
        server.kill()


def marked(body: bytes) -> bytes:
    """The stream with its values marked, as those of `reference.py` are, and one time of pings."""
    return VALUE.sub(rb"\1<\2>", TIME.sub(SOME_TIME, body))

"""What apps send, recorded once: the app `sse` on each release of sse-starlette, FastAPI's own
streams on some releases, and a StreamingResponse. Each distinct stream is named after the first
release that sends it.
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
from starlette_conformance.stacks.project import ROOT, catalogue, digest, site_files
from starlette_conformance.stacks.targets import provisioned

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


@dataclass(frozen=True)
class Source:
    """A script that sends a stream, after whose package the stream is named. The client leaves
    after so many `chunks`, or reads it to its end.
    """

    package: str
    script: str
    arguments: tuple[str, ...] = ()
    chunks: int | None = None

    def release(self, stack: str) -> str:
        return stack.removeprefix(f"{self.package}==").removeprefix(f"{self.package}-")


SSE = Source(AXIS, "apps/sse.py", ("--interval", str(INTERVAL)), CHUNKS)
OTHERS = {
    Source("fastapi", "clients/sources/fastapi_sse.py"): ("fastapi==0.135.0", "fastapi==0.165.0"),
    Source("starlette", "clients/sources/streaming_response.py"): ("latest",),
}
"""With their stacks. FastAPI has streams of its own since 0.135.0."""


@dataclass
class Recorded:
    """The distinct streams, the releases that send each, and why others are not there."""

    streams: list[Stream] = field(default_factory=list)
    releases: dict[str, list[str]] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)


def record(done: Callable[[], None] = lambda: None) -> Recorded:
    """What every release on the axis sends, and every other source."""
    found = Recorded()
    bodies: dict[tuple[str, bytes], list[str]] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        every = every_stack()
        for (source, stack), body in zip(every, pool.map(_recorded, every), strict=True):
            done()
            if isinstance(body, str):
                found.lacking.append(body)
            else:
                bodies.setdefault((source.package, body), []).append(source.release(stack))
    for (package, body), releases in bodies.items():
        stream = Stream(f"{package}-{releases[0]}", BEHAVIOUR, body, by_event=True)
        found.streams.append(stream)
        found.releases[stream.name] = releases
    return found


def every_stack() -> list[tuple[Source, str]]:
    """Each stack that is recorded, with what sends the stream there."""
    usual = [(SSE, stack) for stack in release_stacks()]
    return [*usual, *((source, stack) for source, stacks in OTHERS.items() for stack in stacks)]


def release_stacks() -> list[str]:
    return list(catalogue().meant_by(AXIS))


def _recorded(sent: tuple[Source, str]) -> bytes | str:
    """The bytes of a stack, or why there are none."""
    source, stack = sent
    try:
        return marked((_folder(source, provisioned(stack)) / "stream").read_bytes())
    except Failure as failure:
        return f"{stack}: {failure}"


def _folder(source: Source, environment: Environment) -> Path:
    interpreter = str(environment.interpreter.relative_to(cache_folder()))
    key = key_of(interpreter, digest(source.script), FORMAT)

    def build(folder: Path) -> None:
        folder.mkdir()
        (folder / "stream").write_bytes(sent_by(environment, source))

    return made_once("streams", key, build)


def sent_by(environment: Environment, source: Source = SSE) -> bytes:
    """Raises DidNotStart."""
    folder = site_fixture.lay_out(site_files())
    server = Server(ROOT / source.script, environment, folder, source.arguments)
    try:
        client = Client("sse", environment, server.port(), server.log, lambda _: None)
        exchange = client.request("GET", "/stream", chunks=source.chunks, seconds=SECONDS)
        return exchange.message.body
    finally:
        server.kill()


def marked(body: bytes) -> bytes:
    """The stream with its values marked, as those of `reference.py` are, and one time of pings."""
    return VALUE.sub(rb"\1<\2>", TIME.sub(SOME_TIME, body))

"""The servers of a run: one for each User class, started here where no --host is given."""

import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from _starting import interrupted_later
from starlette_conformance.load import _null_server
from starlette_conformance.load.cpu_clocks import Stopwatch
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.output.printing import write_line
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.log import last_said
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import apps, script, site_files
from starlette_conformance.stacks.targets import provisioned

PADDED = Path(__file__).with_name("_padded_sse.py")
LOG_PAUSE = 0.05
"""Seconds between two looks at what an app logs: at two lines an event, each look costs."""


@dataclass
class Loaded:
    """A server under load. `before` is its memory when that began, and `marked`
    when events began to count. It is `down` while it is stopped, to be started again by `start`.
    """

    server: Server
    url: str
    start: Callable[..., Server] | None = None
    down: bool = False
    before: int = 0
    marked: int = 0
    watch: Stopwatch | None = None

    @property
    def alive(self) -> bool:
        return not self.server.log.ended

    def begin(self) -> None:
        self.before = self.memory()
        self.mark()

    def mark(self) -> None:
        """From here on its time on the cores counts."""
        self.marked = self.memory()
        self.watch = Stopwatch(self.server.pid) if self.alive else None

    def start_again(self) -> None:
        """On the same port. Raises DidNotStart."""
        assert self.start is not None
        with interrupted_later():
            self.server = self.start(port=urlsplit(self.url).port)
        self.server.port()
        self.server.log.keep_only_the_end(LOG_PAUSE)
        self.mark()

    def memory(self) -> int:
        try:
            return int(psutil.Process(self.server.pid).memory_info().rss)
        except psutil.Error:
            return 0


def embedded(
    stacks: Sequence[str],
    classes: dict[tuple[str, ...], tuple[str, Path | None]],
    interval: float,
    padding: int,
) -> dict[str, Loaded]:
    """Start a server for each User class on each stack. `classes` has the app by the names that its
    servers get, one a stack; `padding` are the bytes that an event gets besides. Raises what
    `provision` does, and DidNotStart.
    """
    environments = [provisioned(stack) for stack in stacks]
    for environment in environments:
        write_line(f"loading {environment}", stderr=True)
    cwd = site_fixture.lay_out(site_files())
    starts: dict[str, Callable[..., Server]] = {}
    started: dict[str, Server] = {}
    try:
        for names, (app, file) in classes.items():
            path = file or (PADDED if padding and app == "sse" else script(app))
            arguments = [*apps()[app].arguments(interval)] if app in apps() else []
            if path == PADDED:
                arguments += ["--padding", str(padding)]
            for name, environment in zip(names, environments, strict=True):
                starts[name] = partial(Server, path, environment, cwd, arguments)
                with interrupted_later():
                    started[name] = starts[name]()
        return {name: listening(server, starts[name]) for name, server in started.items()}
    except BaseException:
        for server in started.values():
            server.kill()
        raise


def null(interval: float) -> Loaded:
    """A null server for this process alone."""
    environment = Environment("null server", Path(sys.executable), "", {})
    arguments = ["--interval", str(interval)]
    with interrupted_later():
        server = Server(Path(_null_server.__file__), environment, Path(), arguments)
    return listening(server)


def listening(server: Server, start: Callable[..., Server] | None = None) -> Loaded:
    loaded = Loaded(server, f"http://127.0.0.1:{server.port()}", start)
    server.log.keep_only_the_end(LOG_PAUSE)
    return loaded


def address(url: str) -> tuple[str, int]:
    """The host and port of a --host. Raises UsageError."""
    with suppress(ValueError):  # its brackets, or its port
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname:
            return parts.hostname, parts.port or 80
    raise UsageError(f"--host {url}: it must look like http://127.0.0.1:8000")


def check_reachable(url: str) -> None:
    """Raises DidNotStart where nobody listens."""
    try:
        socket.create_connection(address(url), 5).close()
    except OSError as error:
        raise DidNotStart(
            f"--host {url}: nobody listens there ({error.strerror or error}); without --host the "
            "app is started here"
        ) from None


def crashed(loaded: dict[str, Loaded]) -> list[str]:
    """A sentence for each server that has ended by itself."""
    return [
        f"the server of {name} ended in mid-run with status {each.server.kill()}: "
        f"{last_said(each.server.log.lines())}"
        for name, each in loaded.items()
        if each.server.log.ended and not each.down
    ]


def stop_all(loaded: dict[str, Loaded]) -> list[str]:
    """They get no more requests, and they need not end well.

    A sentence for each that left a process behind, as a daemon is.
    """
    said = []
    for name, each in loaded.items():
        if left := each.server.kill_left_processes():
            named = ", ".join(left)
            said.append(f"the server of {name} left processes behind, which were killed: {named}")
        each.server.kill()
    loaded.clear()
    return said

"""What the harness knows of an ASGI server. CONTRIBUTING.md, "Add a server", has an example."""

import re
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Listens(Enum):
    """Where a server is to listen: on a port of 127.0.0.1 that the kernel picks, or, where it does
    not say which, on a given one; on a socket that it inherits as its standard input; or on a Unix
    socket.
    """

    ON_PORT = "port"
    ON_GIVEN_PORT = "given port"
    ON_STDIN = "stdin"
    ON_PATH = "path"


@dataclass(frozen=True)
class Start:
    """A way to serve an app, `module:attribute`: `words` are those behind `python -m`, for an app
    and a port, or a path where it `listens` on one. `package` is one that must be installed.
    """

    words: Callable[[str, int | str], Sequence[str]]
    listens: Listens = Listens.ON_PORT
    package: str = ""


@dataclass(frozen=True)
class Adapter:
    """A server by the name of its distribution.

    `command` gives the words behind `python -m` that serve an app, `module:attribute`, on a port of
    127.0.0.1; with 0 the kernel picks one. With `runs_scripts`, the reference apps start the server
    themselves: `python apps/hello.py --port PORT`.
    `starts` are other ways to serve an app, by what they are called.
    `ready` finds the line that the server logs once it listens; its group is the port, or nothing
    where it listens on a Unix socket.
    `parsers` and `loops` are the HTTP parsers and event loops, each a package, that it takes where
    they are installed, the first one first; the last one it always has.
    `imports` are other packages that it imports.
    `header` is its value of the header Server; None where it sends none.
    `closes_after_500` says that it closes the connection, unannounced, after a 500: uvicorn does
    where the app raises, too.
    `log_time` finds the time in a line of its log, `settings` the environment variables that it
    reads, `preloaded` are modules that it has imported by the time that it serves, `stop` is the
    signal that stops it.
    """

    name: str
    command: Callable[[str, int | str], Sequence[str]]
    ready: re.Pattern[str]
    header: str | None
    closes_after_500: bool
    runs_scripts: bool = False
    parsers: tuple[str, ...] = ()
    loops: tuple[str, ...] = ("asyncio",)
    imports: tuple[str, ...] = ()
    log_time: re.Pattern[str] | None = None
    settings: re.Pattern[str] | None = None
    preloaded: tuple[str, ...] = ()
    stop: signal.Signals = signal.SIGTERM
    starts: Mapping[str, Start] = field(default_factory=dict, hash=False)

    def parser(self, packages: Collection[str]) -> str:
        """The HTTP parser that it takes among these packages; its own where it has no choice."""
        return _first(self.parsers or (self.name,), packages)

    def loop(self, packages: Collection[str]) -> str:
        return _first(self.loops, packages)

    def may_close(self, status: int, announced: bool) -> bool:
        """Whether it may close the connection after a whole response: the client waits for that."""
        return announced or (status >= 500 and self.closes_after_500)

    def listens(self, lines: Sequence[str]) -> bool:
        """Whether its log says that it listens."""
        return any(map(self.ready.search, lines))

    def port(self, lines: Sequence[str]) -> int:
        """The port that its log names, or 0."""
        found = (match for line in lines if (match := self.ready.search(line)))
        return next((int(match[1] or 0) for match in found), 0)


def _first(choices: Sequence[str], packages: Collection[str]) -> str:
    return next((name for name in choices if name in packages), choices[-1])

"""What a benchmark is, whoever's app it is of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import Under

Alike = Literal["bytes", "length", "status"]
"""What of a response must be the same each time: all of it but the date, the length of its body, or
its status alone. The former two include the latter.
"""

USUAL = 7
"""Benchmarks, as many as of the reference apps; where there are more, each is measured less."""


@dataclass(frozen=True)
class Sending:
    """How a request is sent: a `fresh` one each time by a connection of its own. In a `varied` one,
    NUMBER is another number each time, so no two are alike. `body` is what must come back. One that
    is measured `briefly` is there for what costs far more than its few repeats are apart.
    """

    fresh: bool = False
    varied: bool = False
    body: bytes | None = None
    briefly: bool = False


USUALLY = Sending()
NUMBER = b"0000000"
"""Stands in a varied request where its number goes, which has as many digits."""


class Benchmark(Protocol):
    """A request that is sent again and again, or a stream that is read; `status` is its response's.

    Benchmarks of one `app` share a process where they are counted; those that `share` do so in
    paired runs, too. In these, `weight` times fewer requests are sent. The app of one that `forks`
    can be forked from an interpreter that has imported the packages.
    """

    @property
    def name(self) -> str: ...
    @property
    def app(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def weight(self) -> int: ...
    @property
    def shares(self) -> bool: ...
    @property
    def forks(self) -> bool: ...
    @property
    def streams(self) -> bool: ...
    @property
    def alike(self) -> Alike: ...
    @property
    def sending(self) -> Sending: ...

    def start(
        self,
        environment: Environment,
        under: Under,
        interval: float | None = None,
        own: Path | None = None,
        forker: Forker | None = None,
    ) -> Server:
        """A server of the app, whose events come every `interval` seconds. `own` is a folder that
        is not there, for what is its own; one path makes the same counts. With a forker, which only
        what `forks` gets, it runs as that does, and not `under` something.
        """
        ...

    def request(self, server: Server, port: int) -> bytes:
        """What is sent to a server of it."""
        ...

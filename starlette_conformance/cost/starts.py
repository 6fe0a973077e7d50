"""Other starts of the server: how long a response on a kept-alive connection takes by each.

`uvicorn --workers 2` and a socket that listens already, where the server's adapter has them. What
costs no CPU time in these, such as a response that waits for an ACK, shows in no other figure.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import quantiles

from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.least import compared
from starlette_conformance.cost.paired import ROLES, by_role
from starlette_conformance.cost.traffic import Line
from starlette_conformance.cost.wide import WIDE, started
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import NOTHING
from starlette_conformance.process.orphans import listeners
from starlette_conformance.scenarios.address import address
from starlette_conformance.servers.adapter import Listens

NAME = "starts"
PLAIN = "as usual"
TRIED = (PLAIN, "uvicorn --workers 2", "uvicorn --fd 0")
SOME, WARM_UP = 12, 4
"""Responses whose time is taken, after so many."""
LISTEN_SECONDS = 30.0
SENT = WIDE["middlewares"]
SLOW = 0.02
"""Seconds by which a start is named that is slower than the usual one, on both stacks alike."""


@dataclass(frozen=True)
class Pair:
    """How both sides are started."""

    old: str
    new: str

    @property
    def what(self) -> str:
        both = self.old if self.old == self.new else f"{self.old} → {self.new}"
        return f"seconds of a response, {both}"


def check(pair: Pair, old: Environment, new: Environment) -> None:
    """Raises UsageError where a side has no such start."""
    for start, environment in ((pair.old, old), (pair.new, new)):
        if start != PLAIN and start not in environment.server.starts:
            there = ", ".join(environment.server.starts)
            raise UsageError(f"no start {start!r} of {environment.server.name}; it has {there}")


def known(old: Environment, new: Environment) -> list[Pair]:
    """The starts that both stacks have."""
    both = {PLAIN, *old.server.starts} & {PLAIN, *new.server.starts}
    return [Pair(start, start) for start in TRIED if start in both]


def measured(old: Environment, new: Environment, pair: Pair) -> Finding:
    """How long a response takes by these starts. Raises CannotTell, DidNotStart."""
    stacks = by_role(old, new)
    by = {role: pair.new if role == "new" else pair.old for role in ROLES}
    with ExitStack() as exits:
        servers = {role: exits.enter_context(_started(stacks[role], by[role])) for role in ROLES}
        return compared(NAME, pair.what, lambda role: _seconds(*servers[role]))


def slow(findings: Mapping[str, Finding]) -> list[str]:
    """A sentence on each start, other than the usual one, that is slow on both sides alike."""
    usual = findings.get(PLAIN)
    if usual is None:
        return []
    return [
        f"NOTE {NAME}: by {start}, a response takes {each.new * 1e6:,.0f} µs on NEW and "
        f"{each.old * 1e6:,.0f} µs on OLD; as usual, {usual.new * 1e6:,.0f} µs"
        for start, each in findings.items()
        if min(each.old - usual.old, each.new - usual.new) > SLOW
    ]


@contextmanager
def _started(environment: Environment, start: str) -> Iterator[tuple[Server, int]]:
    """A server, and its port."""
    by = "" if start == PLAIN else start
    listens = environment.server.starts[by].listens if by else Listens.ON_PORT
    with address(listens, taken=False) as where:
        server = started(environment, NOTHING, by, where.port, where.stdin)
        where.leave_to_server()
        try:
            port = server.port()
            _await_listening(server, port)
            yield server, port
        finally:
            server.kill()


def _await_listening(server: Server, port: int) -> None:
    """A parent of workers says that it runs before any of them listens. Raises CannotTell."""
    deadline = time.monotonic() + LISTEN_SECONDS
    while not listeners(port):
        if time.monotonic() > deadline:
            how = f"nobody listens within {LISTEN_SECONDS:g} s"
            raise CannotTell(f"{NAME}: {server.app} on {server.environment}: {how}")
        time.sleep(0.01)


def _seconds(server: Server, port: int) -> float:
    """The lower quartile, as neighbours only ever add to it."""
    seconds = []
    with Line(server, port, SENT) as line:
        for _ in range(WARM_UP):
            line.exchange()
        for _ in range(SOME):
            began = time.perf_counter()
            line.exchange()
            seconds.append(time.perf_counter() - began)
    return quantiles(seconds, n=4)[0]

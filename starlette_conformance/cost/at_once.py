"""Many clients at once: how long until all have their responses, and how long a start waits.

The handlers wait for 30 ms, so that all clients together wait hardly longer than one, unless one
request waits for another. One more crowd connects while the server is stopped, as one that is busy
is: what its queue of connections has no room for comes a second later.
"""

import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from starlette_conformance.cost.finding import Finding
from starlette_conformance.cost.least import compared
from starlette_conformance.cost.paired import ROLES, by_role, pinned
from starlette_conformance.cost.wide import started
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process import census
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import Under
from starlette_conformance.stacks.tempdirs import scratch

NAME = "at_once"
CROWDS = (8, 64)
TARGETS = {"async handlers": "/waits", "handlers in threads": "/blocks", "streams": "/late-events"}
SECONDS = 5.0
STOPPED_SECONDS = 0.02
WAITING_START = "start waiting seconds"
WHATS = {
    f"seconds until {some} clients have responses of {kind}": (target, some)
    for kind, target in TARGETS.items()
    for some in CROWDS
}
BEHIND = f"seconds until {CROWDS[-1]} clients that connect at once have responses"
MODULES = "modules imported"
MODULES_SHARE = 0.02


def measured(old: Environment, new: Environment) -> list[Finding]:
    """All figures of both stacks. Raises CannotTell, DidNotStart."""
    stacks = by_role(old, new)
    with scratch() as folder, ExitStack() as exits:
        under = Under(script=[str(census.RUNNER)], pinned=pinned(folder))

        def start_waits(role: str) -> float:
            """Seconds of a start in which it does not work."""
            began = time.monotonic()
            server = started(stacks[role], under)
            try:
                server.port()
                return max(0.001, time.monotonic() - began - server.cpu_seconds())
            finally:
                server.kill()

        start_waits("old")  # which leaves bytecode
        start_waits("new")
        found = [compared(NAME, WAITING_START, start_waits)]
        servers = {role: started(stacks[role], under) for role in ROLES}
        for server in servers.values():
            exits.callback(server.kill)
        ports = {role: server.port() for role, server in servers.items()}
        found.append(of_modules(*(census.take(servers[role]).modules for role in ROLES)))
        for what, (target, some) in WHATS.items():
            found.append(compared(NAME, what, partial(_crowd_of, ports, target, some)))
        found.append(compared(NAME, BEHIND, lambda r: behind(servers[r], ports[r], CROWDS[-1])))
    return found


def of_modules(one: int, other: int, new: int) -> Finding:
    """What a start imports is exact; some modules more come with each release."""
    old = max(one, other)
    change = new / old - 1
    outcome = "regression" if change > MODULES_SHARE else "pass"
    return Finding(NAME, MODULES, old, new, change, 0.0, MODULES_SHARE, outcome)


def _crowd_of(ports: Mapping[str, int], target: str, clients: int, role: str) -> float:
    return crowd(ports[role], target, clients)


def crowd(port: int, target: str, clients: int) -> float:
    """Seconds until all of so many clients have their responses."""
    with _sockets(clients) as sockets:
        try:
            for each in sockets:
                each.connect(("127.0.0.1", port))
        except TimeoutError:
            return SECONDS
        except OSError as error:
            raise CannotTell(f"{NAME}, {target} by {clients} clients: {error}") from None
        return _exchange(sockets, target)


def behind(server: Server, port: int, clients: int) -> float:
    """The same of clients that connect while the server is stopped."""
    with _sockets(clients) as sockets:
        os.kill(server.pid, signal.SIGSTOP)
        try:
            for each in sockets:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", port))
            time.sleep(STOPPED_SECONDS)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        return _exchange(sockets, "/user/name")


@contextmanager
def _sockets(some: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as exits:
        sockets = [exits.enter_context(socket.socket()) for _ in range(some)]
        for each in sockets:
            each.settimeout(SECONDS)
        yield sockets


def _exchange(sockets: Sequence[socket.socket], target: str) -> float:
    """Seconds until all have their responses, or SECONDS where one has none by then."""
    began = time.monotonic()

    def in_time(each: socket.socket) -> None:
        each.settimeout(max(0.001, began + SECONDS - time.monotonic()))

    head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    try:
        for each in sockets:
            in_time(each)
            each.sendall(head)
        for each in sockets:
            response = b""
            in_time(each)
            while data := each.recv(65536):
                response += data
                in_time(each)
            if not response.startswith(b"HTTP/1.1 200 "):
                said = response.partition(b"\r\n")[0]
                raise CannotTell(f"{NAME}: {said!r} is the response to one of {len(sockets)}")
    except TimeoutError:
        return SECONDS
    except OSError as error:
        raise CannotTell(f"{NAME}, {target} by {len(sockets)} clients: {error}") from None
    return time.monotonic() - began

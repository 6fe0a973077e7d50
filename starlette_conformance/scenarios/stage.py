"""Plays scenarios on a stack: a server for each that ends it or reads its log, and one for others.

A scenario that ends its server, or is to be alone, is given a new one; those that read the log
share one by turns; all others share one at once.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Self

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.process.app_server import START_SECONDS, Server
from starlette_conformance.process.census import RUNNER
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.process.launch import NOTHING, Program, Under
from starlette_conformance.scenarios.address import Address, address
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.performance import Performance
from starlette_conformance.servers.adapter import Listens
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import ROOT, script, site_files, variants
from starlette_conformance.stacks.tempdirs import scratch

OWN_SERVERS = 6
"""Scenarios with a server of their own that are played at once: while servers start, cores are
busy, and a client that is late by an event does something else than its scenario says."""

TRIES = 3
"""Times that a scenario is played whose client was late."""

Shared = tuple[str, float | None, bool]


@dataclass(frozen=True)
class Played:
    """What a scenario came to, and what passed on its connections."""

    outcome: Outcome
    exchanges: tuple[Exchange, ...]


class Stage:
    """The servers of one stack; none is left once it is closed. Its threads may play at once."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._opened = ExitStack()
        self._forker: Forker | None = None
        self._temporary: Path | None = None
        self._servers: dict[Shared, Server] = {}
        self._locks: dict[Shared, Lock] = {}
        self._starting = Lock()
        self._alone = BoundedSemaphore(OWN_SERVERS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    def play(self, scenario: Scenario, running: Server | None = None) -> Played:
        """On a server that runs already, where there is one that will do. Raises DidNotStart.

        It is played again where a client was late: not even TRIES times is that a finding, but
        what was seen the last time is what there is.
        """
        for _ in range(TRIES):
            performance = self._perform(scenario, running)
            if not performance.late:
                break
        outcome = Outcome(performance.observed(), self._environment)
        return Played(outcome, tuple(performance.exchanges().values()))

    def _perform(self, scenario: Scenario, running: Server | None) -> Performance:
        if running and scenario.shares_its_server:
            return self._performed(scenario, running, running.port())
        own = self._alone if scenario.has_own_server else nullcontext()
        with own, self._server(scenario) as (server, port):
            return self._performed(scenario, server, port)

    def _performed(self, scenario: Scenario, server: Server, port: int) -> Performance:
        performance = Performance(
            scenario, server, port, lambda port: self._start(scenario, Address(port))
        )
        performance.play()
        return performance

    @contextmanager
    def _server(self, scenario: Scenario) -> Iterator[tuple[Server, int]]:
        """A server for it, and its port."""
        if scenario.has_own_server:
            with address(self._listens(scenario), scenario.taken) as given:
                server = self._start(scenario, given)
                try:
                    yield server, _port(server) if scenario.comes_up else given.port
                finally:
                    server.kill()
        elif scenario.reads_log:
            server, lock = self._shared(scenario)
            with lock:
                yield server, server.port()
        else:
            server, _ = self._shared(scenario)
            yield server, server.port()

    def _shared(self, scenario: Scenario) -> tuple[Server, Lock]:
        key = (scenario.variant, scenario.interval, scenario.reads_log)
        with self._starting:
            if key not in self._servers:
                self._servers[key], self._locks[key] = self._started(scenario, Address()), Lock()
                self._opened.callback(self._servers[key].kill)
        return self._servers[key], self._locks[key]

    def _listens(self, scenario: Scenario) -> Listens:
        starts = self._environment.server.starts
        return starts[scenario.start].listens if scenario.start in starts else Listens.ON_PORT

    def _start(self, scenario: Scenario, given: Address) -> Server:
        with self._starting:
            return self._started(scenario, given)

    def _started(self, scenario: Scenario, given: Address) -> Server:
        if self._temporary is None:  # a server that is killed leaves its temporary files
            self._temporary = self._opened.enter_context(scratch())
        if self._forker is None:
            self._forker = self._opened.enter_context(Forker(self._environment))
        app, settings = variants()[scenario.variant]
        interval = settings.interval if scenario.interval is None else scenario.interval
        folder = site_fixture.lay_out(site_files(settings.site))
        path = ROOT / scenario.script if scenario.script else script(app.name)
        path = path.with_name("missing.py") if scenario.missing else path
        arguments = app.arguments(interval)
        listening = given.path or given.port
        program = Program.of(path, self._environment, arguments, listening, scenario.start)
        variables = {**program.variables, "TMPDIR": str(self._temporary)}
        words = [*program.words, *scenario.options]
        # A command is run as it is, and so is what is counted, or prints apart.
        as_it_is = scenario.start or scenario.counts or scenario.prints_apart
        forker = None if as_it_is else self._forker
        server = Server(
            path,
            self._environment,
            folder,
            forker=forker,
            under=Under(script=[str(RUNNER)]) if scenario.counts else NOTHING,
            program=replace(program, words=words, variables=variables),
            path=given.path,
            stdin=given.stdin,
            prints_apart=scenario.prints_apart,
        )
        given.leave_to_server()
        return server


def _port(server: Server) -> int:
    """Its port, once somebody listens: a server says that it does before its workers are there."""
    port = server.port()
    deadline = time.monotonic() + START_SECONDS
    while port and time.monotonic() < deadline and not server.log.ended:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.02)
    return port

"""One scenario under way: its connections, its server, and what is observed in the end."""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model import observations as seen
from starlette_conformance.model import steps
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.census import Census, take
from starlette_conformance.process.launch import busy_threads, rests
from starlette_conformance.scenarios import moments, on_wire
from starlette_conformance.scenarios.kept import afterwards
from starlette_conformance.scenarios.logged import without_numbers
from starlette_conformance.scenarios.signal_beside import RESTS_SECONDS, cross
from starlette_conformance.scenarios.wire import Wire, held
from starlette_conformance.scenarios.workers import tend

ENDS_SECONDS = 8.0
"""How long a server may take to end that has no clients left, on busy cores."""
LETS_GO_SECONDS = 5.0
HURRIED_SECONDS = 0.1
"""How long a connection is waited for in rounds behind one in which one was waited for in vain:
200 that the server does not close would take half an hour."""
LAG = 1.5
"""How many times as long as it should be the time between two events is on busy cores."""


class Performance:
    """Plays the steps of a scenario on a server that runs, or, where its port is taken, that does
    not come to run.

    `start` starts its server again, on a port. `late` says that a client was to leave behind an
    event, and another one had come already, or that a paced stream was not: on busy cores that is
    another scenario.
    """

    def __init__(
        self,
        scenario: Scenario,
        server: Server,
        port: int,
        start: Callable[[int], Server] | None = None,
    ) -> None:
        self._scenario, self._server, self._port = scenario, server, port
        self._start, self._first_status = start, ""
        self._wires: dict[str, Wire] = {}
        self._seconds = scenario.seconds
        self._held: set[str] = set()
        self._idle = [o.seconds for o in scenario.expected if isinstance(o, seen.IdleWaits)]
        self._watches_held = any(isinstance(o, seen.HeldFor) for o in scenario.expected)
        self._kept_before: Census | None = None
        self._afterwards: Mapping[str, str] = {}
        self._log_start = 0 if scenario.has_own_server else server.log.position()
        self._ended: dict[str, str] = {}
        self._lines: list[str] = []
        self.late = False

    def play(self) -> None:
        """Raises no Failure but where this machine lets nobody connect."""
        try:
            for step in self._scenario.steps:
                self._take(step)
            found = afterwards(self._server, self._kept_before, self._scenario)
            self._afterwards = {**found, str(seen.FirstExitStatus()): self._first_status}
            self._lines = self._server.log.lines(self._log_start)  # before anybody leaves
        finally:
            for wire in self._wires.values():
                wire.leave()
            if self._first_status:
                self._server.kill()
        self.late |= self._lags()
        if self._scenario.ends_its_server:
            watched = any(isinstance(o, seen.EndsIn) for o in self._scenario.expected)
            self._server.log.wait_for(lambda _: False, 0.0 if watched else ENDS_SECONDS)
            status = str(self._server.kill())
            file = "left" if Path(self._server.path).exists() else "removed"
            self._ended = {str(seen.ExitStatus()): status, str(seen.SocketFile()): file}
            self._lines = self._server.log.lines(self._log_start)

    def _take(self, step: steps.Step) -> None:
        match step:
            case steps.Signal(number, while_open):
                if not while_open or any(not self._wires[name].ended for name in while_open):
                    rests(self._server.pid, RESTS_SECONDS)  # and looks for no signal on its way
                    self._server.request_stop(number)
            case steps.SignalWorkers() | steps.AwaitLines():
                tend(self._server, self._port, step)
            case steps.StartAgain(seconds):
                self._start_again(seconds)
            case steps.SignalBeside(number, on, data):
                self.late |= cross(self._server, number, self._wire(on), data)
            case steps.Pause(seconds):
                time.sleep(seconds)
            case steps.MarkLog():
                self._log_start = self._server.log.position()
            case steps.MarkKept():
                self._kept_before = take(self._server)
            case steps.Repeat(times, each):
                for round_number in range(1, times + 1):
                    self._take_round(round_number, each)
            case steps.StepOn():
                self._take_on(self._wire(step.on), step)
            case _:
                raise AssertionError(f"nobody plays {step!r}")

    def _start_again(self, seconds: float) -> None:
        assert self._start is not None
        self._server.log.wait_for(lambda _: False, seconds)
        self._first_status = str(self._server.kill())
        self._server = self._start(self._port)
        self._server.port()

    def _take_on(self, wire: Wire, step: steps.StepOn) -> None:
        match step:
            case steps.Connect():
                pass
            case steps.Send(_, data, slowly):
                (wire.send_slowly if slowly else wire.send)(data)
            case steps.ReadResponses(_, number, method):
                wire.read_responses(number, method)
            case steps.SendEach(_, data, times):
                wire.send_each(data, times)
            case steps.ReadChunks(_, number, method):
                wire.read_chunks(number, method)
            case steps.ReadFrames(_, number):
                wire.read_frames(number)
            case steps.ReadToEnd():
                wire.read_to_end()
            case steps.Watch(_, seconds):
                wire.watch(seconds)
            case _:
                self._leave(wire, step)

    def _leave(self, wire: Wire, step: steps.StepOn) -> None:
        self._note_if_held(step.on)
        self.late |= on_wire.was_left_late(wire, self._scenario.interval)
        match step:
            case steps.HalfClose():
                wire.half_close()
            case steps.Reset():
                wire.reset()
            case steps.Leave():
                wire.leave()
            case _:
                raise AssertionError(f"nobody plays {step!r}")

    def _lags(self) -> bool:
        """Whether chunks, or responses before a pause or of an idle server, were late."""
        longest = (self._scenario.interval or 0) * LAG
        arrivals = (exchange.arrivals() for exchange in self.exchanges().values())
        pairs = (pair for those in arrivals for pair in itertools.pairwise([0.0, *those]))
        apart = self._scenario.paced and any(b - a > longest for a, b in pairs)
        idle = any(map(self._waits, self._idle))
        return apart or idle or any(map(on_wire.was_held_up, self._wires.values()))

    def _waits(self, seconds: float) -> bool:
        return any(wait >= seconds for wire in self._wires.values() for wait in wire.idle_waits)

    def _take_round(self, number: int, each: tuple[steps.StepOn, ...]) -> None:
        """Connections that their clients have left are forgotten, and none of them is late."""
        late = self.late
        for step in each:
            self._take(replace(step, on=f"{step.on} {number}"))
        self.late = late
        for name in {f"{step.on} {number}" for step in each}:
            if self._wires[name].timed_out:
                self._seconds = min(self._seconds, HURRIED_SECONDS)
            if self._wires[name].socket is None:
                del self._wires[name]

    def _wire(self, name: str) -> Wire:
        if name not in self._wires:
            self._wires[name] = Wire(self._port, self._seconds, path=self._server.path)
            if self._idle:
                self._wires[name].measure(busy_threads(self._server.pid))
        return self._wires[name]

    def _note_if_held(self, name: str) -> None:
        if self._watches_held and self._wires[name].client_port in held(self._port):
            self._held.add(name)

    def observed(self) -> dict[str, Any]:
        """What was seen, by name."""
        return {str(each): self._observe(each) for each in self._scenario.expected}

    def _observe(self, observation: seen.Observation) -> Any:
        match observation:
            case seen.ObservationOn(on):
                return self._observe_on(self._wires[on], observation)
            case seen.HeldFor(those):
                return self._let_go(those)
            case seen.IdleWaits(seconds):
                return f"{'some' if self._waits(seconds) else 'none'} of {seconds:g} s"
            case seen.Kept() | seen.EndsIn() | seen.SocketMode() | seen.FirstExitStatus():
                return self._afterwards[str(observation)]
            case seen.ExitStatus() | seen.SocketFile():
                return self._ended[str(observation)]
            case seen.LogLines(select):
                return list(select(self._named(self._lines)))
            case seen.Printed():
                return self._named(self._server.printed.lines())
            case _:
                raise AssertionError(f"nobody observes {observation!r}")

    def _observe_on(self, wire: Wire, observation: seen.ObservationOn) -> Any:
        match observation:
            case seen.PingAfter(on):
                return f"{moments.ping_after(self.exchanges()[on]):.3f} s"
            case seen.PingDelay(on):
                return f"{moments.ping_delay(self.exchanges()[on]):.2f} s"
            case _:
                return on_wire.observe(wire, observation)

    def _named(self, lines: list[str]) -> list[str]:
        clients = {wire.client_port: name for name, wire in self._wires.items()}
        path = self._server.path
        lines = [line.replace(path, "PATH") if path else line for line in lines]
        return [without_numbers(line, clients | {self._port: "PORT"}) for line in lines]

    def _let_go(self, those: tuple[str, ...]) -> str:
        ports = {self._wires[name].client_port for name in those}
        deadline = time.monotonic() + LETS_GO_SECONDS
        while (left := ports & held(self._port)) and time.monotonic() < deadline:
            time.sleep(0.01)
        before = "held" if self._held >= set(those) else "not held"
        return f"{before}, then {f'held for {LETS_GO_SECONDS:g} s more' if left else 'let go'}"

    def exchanges(self) -> dict[str, Exchange]:
        """What passed on each connection, by name."""
        app, environment = self._server.app, self._server.environment
        return {
            name: Exchange.of(
                app, environment, (wire.methods or ["GET"])[0], wire, on_wire.closes(wire)
            )
            for name, wire in self._wires.items()
        }

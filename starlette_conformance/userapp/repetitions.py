"""Runs of both stacks side by side, each in fresh processes, until what differs is certain.

Each repetition starts the app on both, and sends to both at the same time. What is the same in all
repetitions of a stack, and not the same on the other, cannot be the time of day: those of both
overlap. Two find what varies. Where something differs, more of them rule out a coincidence.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from threading import Event

from starlette_conformance.explain.differences import SLOWER
from starlette_conformance.explain.start import Start
from starlette_conformance.http.event_stream import count_events
from starlette_conformance.http.normalize import LEFT as LEFT_OPEN
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.log import last_said
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.userapp.app_process import AppProcess
from starlette_conformance.userapp.comparable import LATE
from starlette_conformance.userapp.failed_response import failed, is_of_the_server
from starlette_conformance.userapp.ignore import Rule
from starlette_conformance.userapp.merge_repetitions import Merged
from starlette_conformance.userapp.reading import Limits
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Endless, Responses, Sent, send_in_order
from starlette_conformance.userapp.user_app import App, AppDidNotStart, port, reason

REPETITIONS = 2
CERTAIN = 5
"""Repetitions in all where something differs: a value that is one of two by chance differs, and
stays the same on each stack, in one of 512 comparisons.
"""

APART = 1.05
"""Seconds between the last response of a repetition and the next one's first request at the least,
so that what has the second varies.
"""

LEFT_BEHIND = "left processes behind"

SEEDS = (0, 3, 1, 2, 4)
"""PYTHONHASHSEED by repetition: with 0 and 3, a set of two methods has either order."""


SIDES = ("OLD", "NEW")


class DoesNotStart(Exception):  # noqa: N818  (a finding)
    """The app starts on one stack only, or on none. `unsteady` says why that may not be due to the
    stack.
    """

    def __init__(self, starts: tuple[Start, Start], unsteady: str) -> None:
        super().__init__(starts, unsteady)
        self.starts, self.unsteady = starts, unsteady


@dataclass
class Repetitions:
    """The app, both stacks, and the responses so far, by repetition.

    `suspects` are the requests that differ after REPETITIONS, `sent` and `sent_to_new` what
    each side was sent last,
    `endless` the streams of either stack that did not end in time: the first repetition waits for
    their end, and the next ones only for as many events. `logs` are the tracebacks of a side during
    a request that it failed. A response that is later by `slower` seconds differs.
    """

    app: App
    older: Environment
    newer: Environment
    steps: Sequence[Step]
    limits: Limits
    advance: Callable[[], None] = lambda: None
    slower: float = SLOWER
    old: list[Responses] = field(default_factory=list)
    new: list[Responses] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    hanging: set[Step] = field(default_factory=set)
    suspects: set[Step] = field(default_factory=set)
    sent: Sent = field(default_factory=dict)
    sent_to_new: Sent = field(default_factory=dict)
    endless: tuple[Endless, Endless] = field(default_factory=lambda: ({}, {}))
    logs: dict[tuple[str, Step], tuple[str, ...]] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    chosen: Sequence[Step] = ()
    _not_before: float = 0.0

    def __post_init__(self) -> None:
        self.chosen = self.chosen or self.steps

    def compare(self, more: Callable[[], None] = lambda: None) -> dict[Step, Merged]:
        """Both stacks' responses to each request; `more` is called before each further repetition.

        Raises DoesNotStart.
        """
        found: dict[Step, Merged] = {}
        for number in range(CERTAIN):
            if number >= REPETITIONS:
                more()
            self._repeat(SEEDS[number])
            if number + 1 >= REPETITIONS:
                found = self._merged()
                differing = {
                    step for step in self.chosen if step in found and found[step].differences
                }
                self.suspects = differing if number + 1 == REPETITIONS else self.suspects
                if not differing:
                    break
        return found

    def _repeat(self, hash_seed: int) -> None:
        environments = (self.older, self.newer)
        stopping = Event()
        with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
            servers = []
            for app, environment in zip(self.app.sides, environments, strict=True):
                servers.append(app.start(environment, hash_seed))
                stack.callback(servers[-1].kill)
            stack.callback(stopping.set)
            ports = self._ports(servers)
            time.sleep(max(0.0, self._not_before - time.monotonic()))
            jobs = [
                pool.submit(self._send, side, server, number, stopping)
                for side, server, number in zip(SIDES, servers, ports, strict=True)
            ]
            (old, sent), (new, sent_to_new) = (job.result() for job in jobs)
            self._not_before = time.monotonic() + APART
            self.sent |= sent
            self.sent_to_new |= sent_to_new
            for name, server, responses in zip(SIDES, servers, (old, new), strict=True):
                self._note(name, server, responses)
        self.old.append(old)
        self.new.append(new)
        for endless, responses in zip(self.endless, (old, new), strict=True):
            _note_endless(endless, responses)
        self.hanging |= {
            step
            for step in old.keys() & new.keys()
            if all(LATE in responses[step].response.ending for responses in (old, new))
        }

    def _ports(self, servers: Sequence[AppProcess]) -> list[int]:
        """The ports of both, once they listen. Raises DoesNotStart."""
        found, starts, unpassed = [], [], ""
        for server in servers:
            try:
                found.append(port(server))
                starts.append(Start())
            except AppDidNotStart as error:
                starts.append(error.start)
                unpassed = error.unpassed
        if len(found) < len(servers):
            for server in servers:
                server.kill()
            if unpassed and not found:  # or the other side would not start either
                starts = [replace(each, hints=each.hints or (unpassed,)) for each in starts]
            raise DoesNotStart((starts[0], starts[1]), self._why_unsteady(starts))
        return found

    def _why_unsteady(self, starts: Sequence[Start]) -> str:
        """Why the stack may have nothing to do with it that one side alone does not start."""
        failing = [number for number, start in enumerate(starts) if start.failure]
        if len(failing) == len(starts):
            return ""
        (side,) = failing
        name = SIDES[side]
        if self.old:
            return f"{name} started {len(self.old)} times, and then not"
        environment = (self.older, self.newer)[side]
        server = self.app.sides[side].start(environment, SEEDS[0])
        try:
            port(server)
        except AppDidNotStart:
            return ""
        finally:
            server.kill()
        why = "they share something, or both at once take longer than --start-seconds"
        return f"{name} starts by itself, and not beside the other: {why}"

    def _send(
        self, side: str, server: AppProcess, number: int, stopping: Event
    ) -> tuple[Responses, Sent]:
        requests = [step for step in self.steps if step not in self.hanging]
        position = server.log.position()

        def taken(step: Step, wire: WireResponse | None) -> None:
            nonlocal position
            if step in self.suspects and wire and failed(wire):
                self.logs[side, step] = server.traceback(position)
            position = server.log.position()
            self.advance()

        adapter, endless = server.environment.server, self.endless[SIDES.index(side)]
        return send_in_order(
            requests, number, adapter, self.limits, stopping.is_set, taken, endless
        )

    def _note(self, name: str, server: AppProcess, responses: Responses) -> None:
        """See whether the app ended, raised at every request, or left processes behind."""
        went = server.ended_already()
        if left := server.kill_left_processes():
            self._say(f"the app on {name} {LEFT_BEHIND}, which were killed: {_programs(left)}")
        status = server.kill()
        if not went:
            adapter = server.environment.server
            if responses and all(is_of_the_server(each, adapter) for each in responses.values()):
                why = reason(server.said(), server.folder)
                self._say(f"the app on {name} raised an exception at every request{why}")
            return
        step = next((step for step, wire in responses.items() if not wire.response.status), None)
        when = f"at {step}" if step else "after the last request"
        said = last_said(server.said())
        self._say(f"the app on {name} ended with status {status} {when}: {said}")

    def _say(self, sentence: str) -> None:
        """Once, whatever repetition it is true of."""
        if sentence not in self.ended:
            self.ended.append(sentence)

    def _merged(self) -> dict[Step, Merged]:
        found = {}
        for step in self.steps:
            if merged := self.merged(step, self.rules):
                found[step] = merged
        return found

    def merged(self, step: Step, rules: Sequence[Rule]) -> Merged | None:
        """The responses to one request, without what rules ignore; None where it was not sent."""
        old, new = ([a[step] for a in side if step in a] for side in (self.old, self.new))
        applied = [rule for rule in rules if rule.is_for(step.request_line)]
        return Merged.of(old, new, applied, self.slower) if old and new else None


def _note_endless(endless: Endless, responses: Responses) -> None:
    """See which streams were left, and how many events of them there are in every repetition."""
    for step, wire in responses.items():
        if wire.response.ending in LEFT_OPEN:
            events = count_events(wire.response.body)
            endless[step] = min(events, endless.get(step, events))


def _programs(left: Sequence[str]) -> str:
    """Their command lines, once each: ids are others in each repetition."""
    return ", ".join(dict.fromkeys(each.partition(" (")[2].removesuffix(")") for each in left))

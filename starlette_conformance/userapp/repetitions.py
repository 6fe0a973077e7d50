"""Runs of both stacks side by side, each in fresh processes, until what differs is certain.

Each round starts the app on both, and asks both at the same time. What is the same in all rounds
of a stack, and not the same on the other, cannot be the time of day: the rounds of both overlap.
Two rounds find what varies. Where something differs, more of them tell it from a coincidence.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event

from starlette_conformance.explain.differences import differences
from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.merge_repetitions import LATE, Judged
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.send_in_order import Answers, Sent, ask_in_order
from starlette_conformance.userapp.user_app import App, port, reason

ROUNDS = 2
CERTAIN = 5
"""Rounds in all where something differs: a value that is one of two by chance differs, and stays
the same on each stack, in one of 512 comparisons.
"""

APART = 1.2
"""Seconds between the beginnings of two rounds at the least, so that what has the second varies."""

LEFT = "left processes behind"

SEEDS = (0, 3, 1, 2, 4)
"""PYTHONHASHSEED by round: with 0 and 3, a set of two methods has either order."""


@dataclass
class Rounds:
    """The app, both stacks, and what was answered so far, by round.

    `suspects` are the requests that differ after ROUNDS of them, `sent` what OLD was sent last.
    """

    app: App
    older: Environment
    newer: Environment
    steps: Sequence[Step]
    seconds: float
    advance: Callable[[], None] = lambda: None
    old: list[Answers] = field(default_factory=list)
    new: list[Answers] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    hanging: set[Step] = field(default_factory=set)
    suspects: set[Step] = field(default_factory=set)
    sent: Sent = field(default_factory=dict)

    def judge(self, more: Callable[[], None] = lambda: None) -> dict[Step, Judged]:
        """Both stacks' answers to each request; `more` is told of each further round.

        Raises DidNotStart.
        """
        found: dict[Step, Judged] = {}
        for number in range(CERTAIN):
            if number >= ROUNDS:
                more()
            began = time.monotonic()
            self._round(SEEDS[number])
            if number + 1 >= ROUNDS:
                found = self._judged()
                differing = {step for step, judged in found.items() if differ(judged)}
                self.suspects = differing if number + 1 == ROUNDS else self.suspects
                if not differing:
                    break
            if number + 1 < CERTAIN:
                time.sleep(max(0.0, began + APART - time.monotonic()))
        return found

    def _round(self, hash_seed: int) -> None:
        environments = (self.older, self.newer)
        stopping = Event()
        with ThreadPoolExecutor(2) as pool, ExitStack() as stack:
            servers = []
            for environment in environments:
                servers.append(self.app.start(environment, hash_seed))
                stack.callback(servers[-1].kill)
            stack.callback(stopping.set)
            ports = [port(server) for server in servers]
            jobs = [
                pool.submit(self._ask, number, environment.server, stopping)
                for number, environment in zip(ports, environments, strict=True)
            ]
            (old, sent), (new, _) = (job.result() for job in jobs)
            self.sent |= sent
            self._note("OLD", servers[0], old)
            self._note("NEW", servers[1], new)
        self.old.append(old)
        self.new.append(new)
        self.hanging |= {
            step
            for step in old.keys() & new.keys()
            if all(LATE in answers[step].response.ending for answers in (old, new))
        }

    def _ask(self, number: int, server: Adapter, stopping: Event) -> tuple[Answers, Sent]:
        asked = [step for step in self.steps if step not in self.hanging]
        return ask_in_order(asked, number, server, self.seconds, stopping.is_set, self.advance)

    def _note(self, name: str, server: Server, answers: Answers) -> None:
        """See whether the app went while it was asked, or answered nothing itself, or left what it
        started.
        """
        went = server.ended_already()
        if left := server.left_behind():
            sentence = f"the app on {name} {LEFT}, which were killed: {_programs(left)}"
            self.ended += [] if sentence in self.ended else [sentence]
        status = server.kill()
        if not went:
            if answers and all(map(_is_of_the_server, answers.values())):
                why = reason(server.log.lines())
                sentence = f"the app on {name} raised an exception at every request{why}"
                self.ended += [] if sentence in self.ended else [sentence]
            return
        step = next((step for step, answer in answers.items() if not answer.response.status), None)
        when = f"when it was asked {step}" if step else "after the last request"
        said = [line for line in server.log.lines() if line.strip()] or ["(it logged nothing)"]
        sentence = f"the app on {name} ended with status {status} {when}: {said[-1]}"
        if sentence not in self.ended:
            self.ended.append(sentence)

    def _judged(self) -> dict[Step, Judged]:
        found = {}
        for step in self.steps:
            old, new = ([a[step] for a in side if step in a] for side in (self.old, self.new))
            if old and new:
                found[step] = Judged.of(old, new)
        return found


def _programs(left: Sequence[str]) -> str:
    """Their command lines, once each: ids are others in each repetition."""
    return ", ".join(dict.fromkeys(each.partition(" (")[2].removesuffix(")") for each in left))


def _is_of_the_server(answer: Answer) -> bool:
    """Whether uvicorn answered, as it does for an app that raises: Starlette closes nothing."""
    response = answer.response
    return response.status == 500 and bool(response.headers.get("connection") == "close")


def differ(judged: Judged) -> bool:
    return not judged.problem and bool(differences(judged.before, judged.after))

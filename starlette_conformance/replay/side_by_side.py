"""The same requests to two stacks at once, their apps side by side.

A server that answers no more is found out and left alone, so that it takes neither hours nor the
rest of the answers with it.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Lock

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.send import PATIENCE, gone, heard
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files, variants

SECONDS = 3.0
"""How long one answer may take: the apps take milliseconds, and 0.2 s for two events."""

AT_ONCE = 4
"""Requests to one server at a time."""

INTERVAL = 0.1
"""Seconds between two events: far enough apart to see what comes first."""

Answers = dict[SentRequest, Answer]


class Stalling:
    """Which servers answered too often not in time; told of each answer, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._late: Counter[str] = Counter()
        self.unsent: Counter[str] = Counter()

    def gives_up(self, served: str) -> bool:
        with self._lock:
            stalls = self._late[served] >= PATIENCE
            self.unsent[served] += stalls
            return stalls

    def note(self, served: str, late: bool) -> None:
        with self._lock:
            self._late[served] += late


def ask_each(
    environments: Sequence[Environment],
    asked: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
    at_once: int = AT_ONCE,
) -> tuple[list[Answers], list[str]]:
    """What each stack answers, and a sentence on what could not be compared.

    Raises DidNotStart.
    """
    answers, gave_up = send_to_each(environments, asked, advance, at_once)
    answers, lost = without_lost(answers)
    return answers, lost + gave_up


def send_to_each(
    environments: Sequence[Environment],
    asked: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
    at_once: int = AT_ONCE,
    stopping: Event | None = None,
) -> tuple[list[Answers], list[str]]:
    """What each stack answers, and a sentence on each server that was given up.

    Raises DidNotStart.
    """
    kinds = list(dict.fromkeys(each.served for each in asked))
    stopping = stopping or Event()
    ended = Event()
    with running(environments, kinds) as ports:
        found: list[Answers] = [{} for _ in environments]
        stalling = [Stalling() for _ in environments]

        def ask_all(number: int, mine: "SimpleQueue[SentRequest]") -> None:
            while not (mine.empty() or stopping.is_set() or ended.is_set()):
                try:
                    each = mine.get_nowait()
                except Empty:
                    return
                if stalling[number].gives_up(each.served):
                    continue
                began = time.monotonic()
                seconds = SECONDS + (_own_pace(each.served) or 0)
                came = heard(each.request, ports[number][each.served], seconds)
                stalling[number].note(each.served, time.monotonic() - began >= seconds)
                found[number][each] = Answer.of(came)
                advance()

        jobs = [
            (number, _queue(each for each in asked if each.served == served))
            for number in range(len(environments))
            for served in kinds
        ]
        with ThreadPoolExecutor(len(jobs) * at_once) as pool:
            try:
                waited = [pool.submit(ask_all, *job) for job in jobs for _ in range(at_once)]
                for each in waited:
                    each.result()
            finally:
                ended.set()
    return found, [
        f"{served} on {environment.name}: {PATIENCE} answers did not end within {SECONDS:g} s, "
        f"so {unsent:,} requests were not sent"
        for environment, stalls in zip(environments, stalling, strict=True)
        for served, unsent in stalls.unsent.items()
        if unsent
    ]


def without_lost(found: Sequence[Answers]) -> tuple[list[Answers], list[str]]:
    """What at least one stack answered, as its app had not ended; a sentence on each app that had
    ended on all.
    """
    lost = {
        each
        for each in found[0]
        if all(each in answers and gone(answers[each].response) for answers in found)
    }
    kept = [{a: v for a, v in answers.items() if a not in lost} for answers in found]
    return kept, [
        f"{served}: it had ended on both stacks when {count:,} requests came"
        for served, count in Counter(each.served for each in lost).items()
    ]


def _queue(items: Iterable[SentRequest]) -> "SimpleQueue[SentRequest]":
    """What threads share out among themselves."""
    found: SimpleQueue[SentRequest] = SimpleQueue()
    for item in items:
        found.put(item)
    return found


@contextmanager
def running(
    environments: Sequence[Environment], kinds: Collection[str]
) -> Iterator[list[dict[str, int]]]:
    """The apps of each stack, started side by side, and their ports. Raises DidNotStart."""
    with ExitStack() as stack:
        servers: list[dict[str, Server]] = []
        for environment in environments:
            forker = stack.enter_context(Forker(environment))
            servers.append({served: _started(served, environment, forker) for served in kinds})
            for server in servers[-1].values():
                stack.callback(server.kill)
        yield [{s: server.port() for s, server in each.items()} for each in servers]


def _started(served: str, environment: Environment, forker: Forker) -> Server:
    app, variant = variants()[served]
    folder = site_fixture.lay_out(site_files(variant.site))
    arguments = app.arguments(_own_pace(served) or INTERVAL)
    return Server(script(app.name), environment, folder, arguments, forker)


def _own_pace(served: str) -> float | None:
    """The seconds between two events of a variant that is idle."""
    _, variant = variants()[served]
    return variant.interval if variant.idle else None

"""The same requests to two stacks at once, their apps side by side.

A server that answers no more is found out and left alone, so that it takes neither hours nor the
rest of the answers with it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Event, Lock

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.forkserver import Forker
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.send import FIRST, PATIENCE, Sent, gone
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks import site_fixture
from starlette_conformance.stacks.project import script, site_files, variants

SECONDS = 3.0
"""How long one answer may take from its first byte on: the apps take milliseconds, and 0.2 s for
two events."""

SOON = 0.25
"""After so many seconds without a byte, an answer is waited for beside the next requests: a late
one takes FIRST at most, and so does a request that is incomplete, to which none comes."""

WAITED_FOR = 16
"""So many answers of one server are waited for beside others at a time."""

AT_ONCE = 4
"""Requests to one server at a time."""

INTERVAL = 0.1
"""Seconds between two events: far enough apart to see what comes first."""

Answers = dict[SentRequest, Answer]


class Stalling:
    """Whether a server answered too often not in time; noted for each answer, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._late = self.unsent = 0

    def gives_up(self) -> bool:
        with self._lock:
            stalls = self._late >= PATIENCE
            self.unsent += stalls
            return stalls

    def note(self, late: bool) -> None:
        with self._lock:
            self._late += late


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
    with running(environments, kinds) as ports:
        servers = [
            _Server(
                ports[number][served],
                environment.server,
                _queue(each for each in asked if each.served == served),
            )
            for number, environment in enumerate(environments)
            for served in kinds
        ]
        with (
            ThreadPoolExecutor(len(servers) * WAITED_FOR) as beside,
            ThreadPoolExecutor(len(servers) * at_once) as pool,
        ):
            ended = Event()

            def goes_on() -> bool:
                return not (stopping.is_set() or ended.is_set())

            try:
                jobs = [
                    pool.submit(server.ask_all, goes_on, beside, advance)
                    for server in servers
                    for _ in range(at_once)
                ]
                for job in jobs:
                    job.result()
                for job in (job for server in servers for job in server.later):
                    job.result()
            finally:
                ended.set()
    found: list[Answers] = [{} for _ in environments]
    sentences = []
    for number, server in enumerate(servers):
        found[number // len(kinds)] |= server.answers
        if server.stalling.unsent:
            sentences.append(
                f"{kinds[number % len(kinds)]} on {environments[number // len(kinds)].name}: "
                f"{PATIENCE} responses did not begin within {FIRST:g} s, or not end {SECONDS:g} s "
                f"later, so {server.stalling.unsent:,} requests were not sent"
            )
    return found, sentences


class _Server:
    """A server at a port, and what it is still to be sent; used from several threads."""

    def __init__(self, port: int, adapter: Adapter, left: "SimpleQueue[SentRequest]") -> None:
        self._port, self._adapter, self._left = port, adapter, left
        self._room = BoundedSemaphore(WAITED_FOR)
        self.stalling = Stalling()
        self.answers = Answers()
        self.later: list[Future[None]] = []

    def ask_all(
        self, goes_on: Callable[[], bool], beside: ThreadPoolExecutor, advance: Callable[[], None]
    ) -> None:
        """Send what is left, one after the other. What is not soon answered is waited for beside
        the next one.
        """

        def take_in(each: SentRequest, sent: Sent) -> None:
            with sent:
                came = sent.receive()
            self.stalling.note(came.late)
            self.answers[each] = Answer.of(came)
            advance()

        def take_in_beside(each: SentRequest, sent: Sent) -> None:
            try:
                take_in(each, sent)
            finally:
                self._room.release()

        while goes_on():
            try:
                each = self._left.get_nowait()
            except Empty:
                return
            if self.stalling.gives_up():
                continue
            seconds = SECONDS + (_own_pace(each.served) or 0)
            sent = Sent(each.request, self._port, self._adapter, seconds, FIRST)
            if sent.is_silent(SOON) and self._room.acquire(blocking=False):
                self.later.append(beside.submit(take_in_beside, each, sent))
            else:
                take_in(each, sent)


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

"""Requests guided by coverage: they are mutated, tried on a traced copy of a stack, and kept where
they reach lines of the packages that no request to the app has reached before.

The requests to an app are tried one after the other, and each once the server is done with the one
before, so that the same seed gives the same requests as far as timing changes no line.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from threading import Event

from starlette_conformance.explore.generator import app_words
from starlette_conformance.explore.lines import Line, counts, left, lines_that_can_run
from starlette_conformance.explore.mutations import mutated
from starlette_conformance.explore.traced import LinesRun, traced
from starlette_conformance.http.connection import NOT_CONNECTED, Connection
from starlette_conformance.model.app import Words
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.running_apps import running
from starlette_conformance.replay.send import FIRST, send
from starlette_conformance.replay.side_by_side import SECONDS, SOON, Stalling, send_to_running
from starlette_conformance.scenarios.side_by_side import under_way
from starlette_conformance.stacks.tempdirs import scratch

LEARNED = 0.5
"""How often one is mutated that reached new lines, and not any."""
SETTLES_SECONDS = 0.5
"""How long servers may take to end what clients have left."""
LAST = b"GET /missing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
"""Once a server has responded to it, it is done with the request before."""


@dataclass(frozen=True)
class Guided:
    """The requests that were kept; the lines that can run on a stack, each with its function, and
    those that ran; and a sentence on each server that was given up.
    """

    stack: str
    kept: list[Request]
    lines: dict[Line, str]
    by_requests: set[Line]
    by_scenarios: set[Line]
    by_guided: set[Line]
    gave_up: list[str]

    def counts(self) -> dict[str, tuple[int, int]]:
        """By package its lines, and how many of them nothing reaches."""
        return counts(self.lines, self._reached)

    def unreached(self) -> list[str]:
        """The lines that nothing reaches: a line of text for each function."""
        return left(self.lines, self._reached)

    @property
    def _reached(self) -> set[Line]:
        return self.by_requests | self.by_scenarios | self.by_guided


def guide(
    environment: Environment,
    requests: Sequence[SentRequest],
    scenarios: Sequence[Scenario],
    tries: int,
    seed: int,
    advance: Callable[[], None] = lambda: None,
) -> Guided:
    """Send the requests to a traced copy, and then `tries` that are made of them, as many to each
    app; play the scenarios on another copy meanwhile, where the stack has what they need. Raises
    DidNotStart.
    """
    words = app_words()
    suited = [each for each in scenarios if each.suits(environment)]
    names = list(dict.fromkeys([*words, *(sent.variant for sent in requests)]))
    with scratch() as folder:
        copy, beside = traced(environment, folder / "one"), traced(environment, folder / "other")
        with under_way([beside], suited, advance) as outcomes:
            with running([copy], [names]) as (ports,):
                _, gave_up = send_to_running([copy], [ports], [requests], advance)
                time.sleep(SETTLES_SECONDS)
                by_requests = LinesRun(copy).more()
                apps = [TracedApp(name, ports[name], copy) for name in words]
                seeds = {
                    name: [sent.request for sent in requests if sent.variant == name]
                    for name in words
                }
                kept = _in_threads(apps, seeds, words, tries, seed, advance)
            outcomes()
        return Guided(
            environment.name,
            kept,
            lines_that_can_run(folder / "one"),
            by_requests,
            LinesRun(beside).more(),
            LinesRun(copy).more(),
            [*gave_up, *(app.gave_up for app in apps if app.gave_up)],
        )


class TracedApp:
    """An app of a traced copy; it gets no more requests once it has ended, or stalls."""

    def __init__(self, name: str, port: int, copy: Environment) -> None:
        self.name, self._port, self._server = name, port, copy.server
        self._lines = LinesRun(copy, from_now_on=True)
        self._stalling = Stalling()
        self._ended = False

    def reaches_more(self, request: Request) -> bool:
        """Whether it reaches lines that no request to the app has reached before."""
        if self._ended or self._stalling.gives_up():
            return False
        first = FIRST if request.is_complete else SOON
        response = send(request, self._port, self._server, SECONDS, first)
        self._stalling.note(response.late)
        with Connection(self._port, SECONDS) as connection:
            connection.send(LAST)
            connection.read_to_end()
        self._ended = connection.ended.startswith(NOT_CONNECTED)
        return bool(self._lines.more(self.name))

    @property
    def gave_up(self) -> str:
        """A sentence, where requests were not tried."""
        if self._ended:
            return f"{self.name}, traced: it ended, and got no more guided requests"
        if unsent := self._stalling.unsent:
            return f"{self.name}, traced: it stalled, so {unsent:,} guided requests were not tried"
        return ""


def _in_threads(
    apps: Sequence[TracedApp],
    seeds: Mapping[str, Sequence[Request]],
    words: Mapping[str, Words],
    tries: int,
    seed: int,
    advance: Callable[[], None],
) -> list[Request]:
    """The requests to all apps that were kept; no thread goes on after an interrupt."""
    stopping = Event()

    def learned(number: int) -> list[Request]:
        app = apps[number]

        def reaches_more(request: Request) -> bool:
            advance()
            return not stopping.is_set() and app.reaches_more(request)

        random = Random(f"guided {seed} {app.name}")  # noqa: S311  (chance, no secret)
        here = len(range(number, tries, len(apps)))
        return learn(reaches_more, seeds[app.name], words[app.name], here, random)

    with ThreadPoolExecutor(max(1, len(apps))) as pool:
        try:
            return [request for kept in pool.map(learned, range(len(apps))) for request in kept]
        finally:
            stopping.set()


def learn(
    reaches_more: Callable[[Request], bool],
    seeds: Sequence[Request],
    words: Words,
    tries: int,
    random: Random,
) -> list[Request]:
    """Those of `tries` requests that reach more; each is made of another one, most often of one
    that did.
    """
    kept: list[Request] = []
    for _ in range(tries if seeds else 0):
        parents = kept if kept and random.random() < LEARNED else seeds
        request = mutated(random.choice(parents), seeds, words, random)
        if reaches_more(request):
            kept.append(request)
    return kept

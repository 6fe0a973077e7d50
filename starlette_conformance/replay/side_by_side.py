"""The same requests to two stacks at once, their apps side by side.

A server that stops responding gets no more requests, so that it costs neither hours nor the
responses of the others.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Event, Lock

from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.running_apps import own_pace, running
from starlette_conformance.replay.send import FIRST, PATIENCE, RawResponse, Sent, gone
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter

SECONDS = 10.0
"""How long one response may take from its first byte on: the apps take milliseconds, and 0.2 s for
two events, but on cores that ten others want the 300 turns of a thread for 100 ranges took 3 s."""

SOON = 0.25
"""After so many seconds without a byte, a response is waited for beside the next requests: a late
one takes FIRST at most, and so does a request that is incomplete, to which none comes."""

WAITED_FOR = 16
"""So many responses of one server are waited for beside others at a time."""

PARALLEL = 4
"""Requests to one server at a time."""

Responses = dict[SentRequest, WireResponse]


class Stalling:
    """Whether a server responded too late too often; noted for each response, from any thread."""

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


def comparable_responses(
    environments: Sequence[Environment],
    requests: Sequence[SentRequest],
    parallel: int = PARALLEL,
) -> tuple[list[Responses], list[str]]:
    """The responses of each stack, and a sentence on what could not be compared.

    Raises DidNotStart.
    """
    responses, gave_up = send_to_stacks(environments, requests, parallel=parallel)
    responses, lost = without_lost(responses)
    return responses, lost + gave_up


def send_to_stacks(
    environments: Sequence[Environment],
    requests: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
    parallel: int = PARALLEL,
    stopping: Event | None = None,
) -> tuple[list[Responses], list[str]]:
    """The responses of each stack, and a sentence on each server that was given up.

    Raises DidNotStart.
    """
    each = [requests for _ in environments]
    with running(environments, [variants_of(requests) for _ in environments]) as ports:
        return send_to_running(environments, ports, each, advance, parallel, stopping)


def variants_of(requests: Iterable[SentRequest]) -> list[str]:
    """What the requests are sent to, each once."""
    return list(dict.fromkeys(each.variant for each in requests))


def send_to_running(
    environments: Sequence[Environment],
    ports: Sequence[Mapping[str, int]],
    requests: Sequence[Sequence[SentRequest]],
    advance: Callable[[], None] = lambda: None,
    parallel: int = PARALLEL,
    stopping: Event | None = None,
) -> tuple[list[Responses], list[str]]:
    """The same of servers that run already, on the ports of each stack; `requests` are those that
    each of them is to get.
    """
    servers = [
        {name: _server(name, at[name], environment.server, own) for name in variants_of(own)}
        for environment, at, own in zip(environments, ports, requests, strict=True)
    ]
    every = [server for of_stack in servers for server in of_stack.values()]
    _send_all(every, advance, parallel, stopping or Event())
    responses = [
        {
            sent: WireResponse.of(received)
            for server in of_stack.values()
            for sent, received in server.raw.items()
        }
        for of_stack in servers
    ]
    return responses, [
        f"{variant} on {environment.name}: {PATIENCE} responses did not begin within {FIRST:g} s, "
        f"or not end {SECONDS:g} s later, or no close followed, so {server.stalling.unsent:,} "
        "requests were not sent"
        for environment, of_stack in zip(environments, servers, strict=True)
        for variant, server in of_stack.items()
        if server.stalling.unsent
    ]


def raw_responses(
    ports: Mapping[str, int], adapter: Adapter, requests: Sequence[SentRequest]
) -> dict[SentRequest, RawResponse]:
    """The responses of the servers of one stack, as they stood on the wire, in order."""
    servers = [_server(variant, port, adapter, requests) for variant, port in ports.items()]
    _send_all(servers, lambda: None, PARALLEL, Event())
    received = {sent: raw for server in servers for sent, raw in server.raw.items()}
    return {sent: received[sent] for sent in requests if sent in received}


def _send_all(
    servers: "Sequence[_Server]", advance: Callable[[], None], parallel: int, stopping: Event
) -> None:
    with (
        ThreadPoolExecutor(max(1, len(servers) * WAITED_FOR)) as beside,
        ThreadPoolExecutor(max(1, len(servers) * parallel)) as pool,
    ):
        ended = Event()

        def goes_on() -> bool:
            return not (stopping.is_set() or ended.is_set())

        try:
            jobs = [
                pool.submit(server.send_all, goes_on, beside, advance)
                for server in servers
                for _ in range(parallel)
            ]
            for job in jobs:
                job.result()
            for job in (job for server in servers for job in server.later):
                job.result()
        finally:
            ended.set()


def _server(
    variant: str, port: int, adapter: Adapter, requests: Iterable[SentRequest]
) -> "_Server":
    return _Server(port, adapter, _queue(each for each in requests if each.variant == variant))


class _Server:
    """A server at a port, and what it is still to be sent; used from several threads."""

    def __init__(self, port: int, adapter: Adapter, left: "SimpleQueue[SentRequest]") -> None:
        self._port, self._adapter, self._left = port, adapter, left
        self._room = BoundedSemaphore(WAITED_FOR)
        self.stalling = Stalling()
        self.raw: dict[SentRequest, RawResponse] = {}
        self.later: list[Future[None]] = []

    def send_all(
        self, goes_on: Callable[[], bool], beside: ThreadPoolExecutor, advance: Callable[[], None]
    ) -> None:
        """Send what is left, one after the other. A response that does not come soon is waited
        for beside the next request.
        """

        def receive(each: SentRequest, sent: Sent) -> None:
            with sent:
                received = sent.receive()
            self.stalling.note(received.late)
            self.raw[each] = received
            advance()

        def receive_beside(each: SentRequest, sent: Sent) -> None:
            try:
                receive(each, sent)
            finally:
                self._room.release()

        while goes_on():
            try:
                each = self._left.get_nowait()
            except Empty:
                return
            if self.stalling.gives_up():
                continue
            seconds = SECONDS + (own_pace(each.variant) or 0)
            sent = Sent(each.request, self._port, self._adapter, seconds, FIRST)
            if sent.is_silent(SOON) and self._room.acquire(blocking=False):
                self.later.append(beside.submit(receive_beside, each, sent))
            else:
                receive(each, sent)


def without_lost(found: Sequence[Responses]) -> tuple[list[Responses], list[str]]:
    """What at least one stack responded to, as its app had not ended; a sentence on each app that
    had ended on all.
    """
    lost = {
        each
        for each in found[0]
        if all(each in responses and gone(responses[each].response) for responses in found)
    }
    kept = [{a: v for a, v in responses.items() if a not in lost} for responses in found]
    return kept, [
        f"{variant}: it had ended on both stacks when {count:,} requests came"
        for variant, count in Counter(each.variant for each in lost).items()
    ]


def _queue(items: Iterable[SentRequest]) -> "SimpleQueue[SentRequest]":
    """What threads share out among themselves."""
    found: SimpleQueue[SentRequest] = SimpleQueue()
    for item in items:
        found.put(item)
    return found

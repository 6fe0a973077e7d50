"""One stack compared with itself: what it was sent is sent again, on the same servers, in another
order, beside others and after many requests.

Most exchanges are repeated on connections that are kept alive, thousands a second; streams, and
what ends a connection, on one of their own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from random import Random
from threading import Event

from starlette_conformance.http.connection import CLOSED, LEFT, Segment
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.kept_connection import SECONDS, KeptConnection
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.send import send as send_request
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter

CROWDS = (8, 64)
"""Requests to one server at a time."""

TURNS = 2
"""So many whole crowds at least, however many requests the app got before."""

LAST = 32
"""Exchanges of an app that are repeated after all others."""

SEED = 0
FIRST = "the first time"
QUICK = 0.5
"""An exchange whose response took longer waits for something, and is not repeated."""

PATIENCE = 3
"""So many responses of one server may fail to come, before the rest is left out."""

DATE = re.compile(rb"(?im)^(date: )[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
HEAD_LIMIT = 64 * 1024
"""Of h11. Beyond it a head is accepted if it comes in one piece, which is a matter of chance; so it
is not repeated.
"""
STREAM = "text/event-stream"


@dataclass
class Seen:
    """The responses of one stack to a request: the different ones, and how often each came, by
    circumstance.

    When a response or the parts of a stream arrive is left out: the machine has its part in it.
    """

    responses: list[tuple[WireResponse, Counter[str]]] = field(default_factory=list)

    @property
    def streams(self) -> bool:
        return any(_is_stream(response) for response, _ in self.responses)

    @property
    def count(self) -> int:
        """How many there are, if more than one, so that they compare."""
        count = sum(counts.total() for _, counts in self.responses)
        return count if count > 1 else 0

    def note(self, response: WireResponse, circumstance: str) -> None:
        response = replace(response, arrivals="", first=None)
        for known, counts in self.responses:
            if known == response:
                counts[circumstance] += 1
                return
        self.responses.append((response, Counter([circumstance])))


def repeat(
    server: Adapter,
    ports: Mapping[str, int],
    first: Mapping[SentRequest, WireResponse],
    after: int,
) -> dict[SentRequest, Seen]:
    """Send to running servers again what they responded to before: each app gets `after` requests,
    the first ones included; then its exchanges are repeated a last time.
    """
    stopping, apps = Event(), []
    for served, port in ports.items():
        of_app = {sent: response for sent, response in first.items() if sent.variant == served}
        apps.append(_App(server, port, of_app, after, stopping))
    with ThreadPoolExecutor(max(1, len(apps))) as pool:
        try:
            for each in [pool.submit(app.run) for app in apps]:
                each.result()
        finally:
            stopping.set()
    return {sent: seen for app in apps for sent, seen in app.seen.items()}


class _App:
    """One app on one stack."""

    def __init__(
        self,
        server: Adapter,
        port: int,
        first: Mapping[SentRequest, WireResponse],
        after: int,
        stopping: Event,
    ) -> None:
        self.seen: dict[SentRequest, Seen] = {}
        self._server, self._port, self._after, self._stopping = server, port, after, stopping
        self._lost = 0
        self._known: dict[SentRequest, bytes] = {}
        order = [sent for sent in first if len(sent.request.data) < HEAD_LIMIT]
        Random(SEED).shuffle(order)  # noqa: S311  (chance, no secret)
        for sent in order:
            self.seen[sent] = Seen()
            self.seen[sent].note(first[sent], FIRST)
        self._kept = [sent for sent in order if _keeps(sent, first[sent])]
        kept = {*self._kept}
        quick = [s for s in order if s not in kept and _is_quick(first[s])]
        self._streams = [sent for sent in quick if _is_stream(first[sent])]
        self._alone = [sent for sent in quick if not _is_stream(first[sent])]

    def run(self) -> None:
        requests = cycle(self._kept)
        lacking = max(0, self._after - len(self.seen))
        for crowd in CROWDS:
            name = f"{crowd} at once"
            count = max(-(-lacking // len(CROWDS)), TURNS * crowd)
            some = list(islice(requests, count))
            self._on_kept_connections(some, crowd, name)
            self._one_by_one(list(islice(cycle(self._streams), crowd)), crowd, name)
        name = f"after {self._after:,} requests"
        self._on_kept_connections(list(islice(requests, LAST)), CROWDS[0], name)
        self._one_by_one(self._alone[:LAST], CROWDS[0], name)
        self._one_by_one(self._streams[: CROWDS[0]], CROWDS[0], name)

    def _note(self, sent: SentRequest, came: RawResponse, name: str) -> None:
        self.seen[sent].note(WireResponse.of(came), name)
        self._lost += came.ended not in (LEFT, CLOSED)

    @property
    def _is_over(self) -> bool:
        return self._stopping.is_set() or self._lost >= PATIENCE

    def _one_by_one(self, requests: Sequence[SentRequest], crowd: int, name: str) -> None:
        """Each on a connection of its own."""

        def send(sent: SentRequest) -> None:
            if not self._is_over:
                self._note(
                    sent, send_request(sent.request, self._port, self._server, SECONDS), name
                )

        with ThreadPoolExecutor(crowd) as pool:
            for each in [pool.submit(send, sent) for sent in requests]:
                each.result()

    def _on_kept_connections(self, requests: Sequence[SentRequest], crowd: int, name: str) -> None:
        """One on each of `crowd` connections, then the responses to all, and so on."""
        with ExitStack() as stack:
            connections = [KeptConnection(self._port) for _ in range(crowd)]
            for connection in connections:
                stack.callback(connection.close)
            for batch in _batches(requests, crowd):
                if self._is_over:
                    return
                for connection, sent in zip(connections, batch, strict=False):
                    connection.send(sent.request.to(self._port))
                for connection, sent in zip(connections, batch, strict=False):
                    self._receive(connection, sent, name)

    def _receive(self, connection: KeptConnection, sent: SentRequest, name: str) -> None:
        known = self._known.get(sent, b"")
        data, ended = connection.receive(sent.request.method, len(known))
        if known and len(data) == len(known) and _undated(data) == _undated(known):
            self.seen[sent].responses[0][1][name] += 1
            return
        came = RawResponse(
            sent.request.method,
            self._port,
            (Segment(0.0, data),),
            ended,
            ended == CLOSED,
            closes=False,
            server=self._server,
            alone=True,
        )
        self._note(sent, came, name)
        if not known and ended == LEFT and len(self.seen[sent].responses) == 1:
            self._known[sent] = data


def _undated(data: bytes) -> bytes:
    head, end, body = data.partition(b"\r\n\r\n")
    return DATE.sub(rb"\1", head) + end + body


def _batches(items: Sequence[SentRequest], size: int) -> Iterator[Sequence[SentRequest]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _is_quick(response: WireResponse) -> bool:
    return response.first is not None and response.first < QUICK


def _is_stream(response: WireResponse) -> bool:
    return str(response.response.headers.get("content-type", "")).startswith(STREAM)


def _keeps(sent: SentRequest, wire: WireResponse) -> bool:
    """Whether both leave the connection to another request: one head and no body, responded to as
    a whole.

    After a request of another version than HTTP/1.1, or with a Connection header, a server may
    close (RFC 9112 section 9.3); uvicorn with httptools does so without announcing it.
    """
    request, response = sent.request, wire.response
    return bool(
        request.is_head
        and request.is_complete
        and request.version == "HTTP/1.1"
        and request.header("connection") is None
        and request.header("upgrade") is None
        and not wire.rest
        and response.ending == WHOLE
        and not response.closes
        and "connection" not in response.headers
        and not _is_stream(wire)
    )

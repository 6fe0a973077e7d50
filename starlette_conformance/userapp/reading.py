"""A request under way, and its response as it comes: a stream is read beside other requests."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from threading import Event

from starlette_conformance.http.connection import (
    AT_ONCE as AT_ONCE_BYTES,
)
from starlette_conformance.http.connection import (
    CLOSED,
    LEFT,
    LIMIT,
    PIECES_LIMIT,
    Connection,
    Segment,
)
from starlette_conformance.http.event_stream import EVENTS, Reception, first_events
from starlette_conformance.http.normalize import masked_body
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.bound_values import value_at
from starlette_conformance.userapp.http_websocket import actions
from starlette_conformance.userapp.recorded_request import SWITCHING_PROTOCOLS, Manner
from starlette_conformance.userapp.websocket import Conversation

PATIENCE = 3.0
"""How long a stream holds up the requests that follow, if it does not end."""

PAUSE = 0.05
"""Seconds between two reads of a client that reads slowly."""
NARROW = 4096
"""Bytes of such a client's receive buffer: the server has to wait for it."""
USUAL = Manner()
EVENT = "event"

AT_ONCE = 0.05
"""Seconds between two looks at whether a stream is to be left."""


@dataclass(frozen=True)
class Limits:
    """How long a response may take, and how many events count of a stream that does not end."""

    seconds: float
    events: int = EVENTS


class Reading:
    """One request on a connection of its own. Call `read`, then `finish`.

    `wanted` are the events of a stream that is known not to end: once they have come it is left;
    None where it is to be seen whether it ends. `beside` says that the next requests are sent while
    it is open.
    """

    def __init__(
        self,
        request: Request,
        port: int,
        server: Adapter,
        limits: Limits,
        stops: Callable[[], bool],
        wanted: int | None = None,
        beside: bool = False,
        manner: Manner = USUAL,
    ) -> None:
        self._request, self._port, self._server = request, port, server
        self._limits, self._stops = limits, stops
        self._wanted, self._beside, self._manner = wanted, beside, manner
        self._conversation: Conversation | None = None
        self._reception = Reception(request.method)
        self._leave = Event()
        self._rest: Future[None] | None = None
        self._connection = Connection(port, limits.seconds)
        if manner.bytes_a_second and self._connection.socket:
            self._connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        head, end, script = request.to(port).partition(b"\r\n\r\n")
        self._actions = actions(script) if manner.websocket else []
        self._connection.send(head + end + (b"" if manner.websocket else script))

    def read(self, pool: Executor) -> None:
        """Read the response, or what of a stream the next request waits for; the rest is read by
        the pool.
        """
        self._until(self._may_go_on)
        reader = self._reception.reader
        if self._manner.websocket and reader.head.status == SWITCHING_PROTOCOLS:
            came = bytes(self._connection.data[reader.head_end :])
            self._conversation = Conversation(self._connection, came, self._stops)
            if self._beside:
                self._rest = pool.submit(self._converse)
            else:
                self._converse()
        elif not self._is_over:
            self._rest = pool.submit(self._until, self._may_be_left)

    def finish(self) -> WireResponse:
        """The response, when it has ended, or may be left."""
        self._leave.set()
        if self._rest:
            self._rest.result()
        connection = self._connection
        if self._conversation:
            connection.leave()
            return self._of_conversation(self._conversation)
        message = self._reception.reader.message(connection.data)
        left = not message.whole and self._leaves
        closes = message.whole and connection.look_after(
            self._server.may_close(message.status, message.announces_close)
        )
        connection.leave()
        response = WireResponse.of(
            RawResponse(
                self._request.method,
                self._port,
                tuple(connection.received),
                connection.ended,
                connection.ended == CLOSED,
                closes,
                self._server,
                events=self._limits.events,
            )
        )
        if self._reception.ended and connection.received:
            response = replace(response, last=connection.received[-1].at)
        if left:
            response = self._as_far_as_read(response, message.body)
        # What comes of the requests that are sent meanwhile arrives when they are heard.
        return replace(response, arrivals="") if self._beside else response

    def value_at(self, where: str) -> str | None:
        """What is at a place of the response so far; of a stream it is waited for."""
        while True:
            over = self._is_over or self._is_late()
            received = tuple(self._connection.received)
            raw = RawResponse(
                self._request.method, self._port, received, LEFT, False, False, self._server,
                events=self._limits.events,
            )  # fmt: skip
            found = value_at(raw.response, where)
            if found is not None or over:
                return found
            time.sleep(AT_ONCE)

    @property
    def is_open(self) -> bool:
        """Whether the rest of it is read beside other requests."""
        return self._rest is not None

    def _converse(self) -> None:
        if self._conversation:
            self._conversation.hold(self._actions, self._limits.seconds)

    def _of_conversation(self, found: Conversation) -> WireResponse:
        """The response to the handshake, with the server's messages for a body."""
        end, at = self._reception.reader.head_end, self._connection.received[0].at
        head = Segment(at, bytes(self._connection.data[:end]))
        response = WireResponse.of(
            RawResponse(self._request.method, self._port, (head,), LEFT, False, False, self._server)
        )
        said = "\n".join(found.messages).encode()
        return replace(
            response, response=replace(response.response, body=said, ending=found.ending)
        )

    def _as_far_as_read(self, wire: WireResponse, body: bytes) -> WireResponse:
        """What came before the client disconnected."""
        count, unit = self._manner.leaves_after or 0, self._manner.unit
        kept = first_events(body, count) if unit == EVENT else body[:count]
        kept = masked_body(kept, self._port)
        ending = f"the client disconnects after {count:,} {unit}{'' if count == 1 else 's'}"
        return replace(
            wire, response=replace(wire.response, body=kept, ending=ending), cuts=None, arrivals=""
        )

    @property
    def _is_over(self) -> bool:
        return self._reception.ended or bool(self._connection.ended) or self._leaves

    @property
    def _leaves(self) -> bool:
        """Whether so much came that the client disconnects."""
        count, reader = self._manner.leaves_after, self._reception.reader
        if count is None or not reader.head_end:
            return False
        if self._manner.unit == EVENT:
            return self._reception.events >= count
        return reader.body_length >= count

    def _until(self, enough: Callable[[], bool]) -> None:
        """Read until the response ends, or enough has come of a stream."""
        connection, reception = self._connection, self._reception
        while not self._is_over:
            if reception.is_stream:
                if enough() or self._is_late():
                    return
                if connection.is_silent(AT_ONCE):
                    continue
            if pace := self._manner.bytes_a_second:
                time.sleep(PAUSE)
            if not connection.receive(max(1, int(pace * PAUSE)) if pace else AT_ONCE_BYTES):
                return
            began = reception.is_stream
            reception.read(connection.data)
            if reception.is_stream and not began:  # from here on, it is left when it is late
                connection.allow(self._limits.seconds + PATIENCE)

    def _may_go_on(self) -> bool:
        known = self._wanted is not None and self._reception.events >= self._wanted
        return self._beside or known or self._connection.age >= PATIENCE

    def _may_be_left(self) -> bool:
        return (
            self._wanted is not None
            and self._leave.is_set()
            and self._reception.events >= self._wanted
        )

    def _is_late(self) -> bool:
        much = (
            len(self._connection.data) > LIMIT // 2
            or len(self._connection.received) > PIECES_LIMIT // 2
        )
        enough = self._reception.events >= self._limits.events
        return self._stops() or self._connection.age >= self._limits.seconds or (much and enough)

"""A sequence of requests to the app, in order, with the cookies that it sets on the way."""

import time
from collections.abc import Callable, Sequence

from starlette_conformance.http.connection import CLOSED, Connection
from starlette_conformance.http.event_stream import Reception
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.cookies import CookieJar
from starlette_conformance.userapp.recorded_request import Step

SECONDS = 10.0
"""How long one response may take."""

STREAM_SECONDS = 1.0
"""How long a stream of events is listened to, if two of them have come by then."""

STUCK = 3
"""So many requests in a row without a response, and no more are sent."""

Responses = dict[Step, WireResponse]
Sent = dict[Step, Request]
"""What was sent for each step: its request, with the cookies so far."""


def send_in_order(
    steps: Sequence[Step],
    port: int,
    server: Adapter,
    seconds: float,
    stops: Callable[[], bool],
    advance: Callable[[], None],
) -> tuple[Responses, Sent]:
    """The responses of one process to the requests, in their order, until it is stuck."""
    cookies, responses, sent, without_response = CookieJar(), Responses(), Sent(), 0
    for step in steps:
        if stops() or without_response == STUCK:
            break
        sent[step] = step.request if step.own_cookies else cookies.add_to(step.request)
        wire = WireResponse.of(_send(sent[step], port, server, seconds))
        cookies.store(sent[step], wire.response)
        responses[step] = wire
        without_response = 0 if wire.response.status else without_response + 1
        advance()
    return responses, sent


def _send(request: Request, port: int, server: Adapter, seconds: float) -> RawResponse:
    """Send a request, and take in its response: of a stream that does not end, the first events."""
    with Connection(port, seconds) as connection:
        connection.send(request.to(port))
        leaves_at = time.monotonic() + STREAM_SECONDS
        reception = Reception(request.method)
        while not reception.ended:
            left = leaves_at - time.monotonic()
            if reception.enough and (connection.is_silent(max(0.0, left)) or left <= 0):
                break
            if not connection.receive():
                break
            reception.read(connection.data)
        message = reception.reader.message(connection.data)
        closes = message.whole and connection.look_after(
            server.may_close(message.status, message.announces_close)
        )
        connection.leave()
        received, ended = tuple(connection.received), connection.ended
        return RawResponse(request.method, port, received, ended, ended == CLOSED, closes, server)

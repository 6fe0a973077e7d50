"""A sequence of requests to the app, in order, with the cookies that it sets on the way."""

import time
from collections.abc import Callable, Sequence

from starlette_conformance.http.connection import CLOSED, Connection
from starlette_conformance.http.event_stream import Reception
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import Heard
from starlette_conformance.replay.wire_response import Answer
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.cookies import Jar
from starlette_conformance.userapp.recorded_request import Step

SECONDS = 10.0
"""How long one answer may take."""

STREAM_SECONDS = 1.0
"""How long a stream of events is listened to, if two of them have come by then."""

STUCK = 3
"""So many requests in a row that get no answer, and the app is not asked any more."""

Answers = dict[Step, Answer]
Sent = dict[Step, Request]
"""What was sent for each step: its request, with the cookies so far."""


def ask_in_order(
    steps: Sequence[Step],
    port: int,
    server: Adapter,
    seconds: float,
    stops: Callable[[], bool],
    advance: Callable[[], None],
) -> tuple[Answers, Sent]:
    """The answers of one process to the requests, in their order, until it is stuck."""
    jar, found, sent, unanswered = Jar(), Answers(), Sent(), 0
    for step in steps:
        if stops() or unanswered == STUCK:
            break
        sent[step] = jar.given(step.request)
        answer = Answer.of(_heard(sent[step], port, server, seconds))
        jar.take(sent[step], answer.response)
        found[step] = answer
        unanswered = 0 if answer.response.status else unanswered + 1
        advance()
    return found, sent


def _heard(request: Request, port: int, server: Adapter, seconds: float) -> Heard:
    """Send a request, and take in its answer: of a stream that does not end, the first events."""
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
        return Heard(request.method, port, received, ended, ended == CLOSED, closes, server)

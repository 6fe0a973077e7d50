"""sse: what a signal does to the server, and to the streams that are open.

uvicorn waits for every answer to end before it does, and a stream never ends by itself. So
sse-starlette must end it: how it learns of the signal is what both projects have changed.
"""

import signal

import pytest

from specs.ledger.changes import (
    EXIT_DISCONNECTS,
    INTERRUPT_KEPT_QUIET,
    LAST_STREAM_HEARS,
    SIGNAL_CUTS_STREAMS,
    SIGNAL_ENDS_STREAMS,
    SIGNAL_UNHEARD,
    SIGNALS_RAISED_AGAIN,
)
from specs.shutdown.conftest import CUT_SHORT, ON, Stop
from specs.streams.subscriptions import CUT, EVENTS, LEFT, STREAM
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import WHOLE, Response, chunked, history, since
from starlette_conformance.model.log_lines import Lines

APP = "sse"
SIGNALS = [signal.SIGTERM, signal.SIGINT]

STATUS = {
    signal.SIGTERM: since(SIGNALS_RAISED_AGAIN, "-15", before="0"),
    signal.SIGINT: history("0", (SIGNALS_RAISED_AGAIN, "-2"), (INTERRUPT_KEPT_QUIET, "0")),
}
"""The exit status; -N where signal N ended the process."""

TRACEBACK = [
    "Traceback (most recent call last):",
    "asyncio.exceptions.CancelledError",
    "During handling of the above exception, another exception occurred:",
    "Traceback (most recent call last):",
    "KeyboardInterrupt",
]

LOG = [
    "INFO:     Shutting down",
    "INFO:     Waiting for application shutdown.",
    "INFO:     Application shutdown complete.",
    "INFO:     Finished server process [PID]",
]

LOGS = {
    signal.SIGTERM: LOG,
    signal.SIGINT: history(
        LOG, (SIGNALS_RAISED_AGAIN, [*LOG, *TRACEBACK]), (INTERRUPT_KEPT_QUIET, LOG)
    ),
}

UNHEARD = since(EXIT_DISCONNECTS, CUT, before=LEFT)
"""How a stream ends that sse-starlette does not: by uvicorn, or when its client leaves."""

ONE = since(
    SIGNAL_UNHEARD,
    UNHEARD,
    before=history(UNHEARD, (SIGNAL_ENDS_STREAMS, WHOLE), (SIGNAL_CUTS_STREAMS, CUT)),
)
"""How each of some streams ends."""

ENDINGS = {
    0: [],
    1: [ONE],
    3: since(LAST_STREAM_HEARS, [UNHEARD, UNHEARD, CUT], before=[ONE, ONE, ONE]),
}


FORCED = ["INFO:     Shutting down", "INFO:     Finished server process [PID]"]
IN_TIME = since(EXIT_DISCONNECTS, LOG, before=FORCED)
SECOND_LOG = since(SIGNAL_UNHEARD, IN_TIME, before=history(IN_TIME, (SIGNAL_ENDS_STREAMS, LOG)))
"""What is logged, tracebacks aside, where a second SIGINT finds the stream still open."""

NOT_LEFT = since(
    SIGNAL_UNHEARD,
    CUT,
    before=history(CUT, (SIGNAL_ENDS_STREAMS, WHOLE), (SIGNAL_CUTS_STREAMS, CUT)),
)
"""How a stream ends whose client stays."""


def answer(exchange: Exchange, ending: str) -> Response:
    """What a client saw, who has just as many events as it waited for, where it left."""
    events = ON if ending == LEFT else len(exchange.message.chunks or ())
    body = chunked(*EVENTS[:events])
    return Response(200, STREAM, body, ending=ending, closes=ending == WHOLE)


@pytest.mark.source("uvicorn docs server", "sse-starlette docs README")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("streams", ENDINGS)
def test_ends_on(stop: Stop, number: signal.Signals, streams: int) -> None:
    stopped = stop(number, streams)
    environment = stopped.log.environment
    endings = [str(exchange.response.ending) for exchange in stopped.exchanges]
    complaints = [CUT_SHORT] * endings.count(CUT)
    for exchange, ending in zip(stopped.exchanges, endings, strict=True):
        assert exchange == answer(exchange, ending)
    assert Lines(endings, environment) == ENDINGS[streams]
    assert Lines([str(stopped.status)], environment) == [STATUS[number]]
    assert stopped.log == LOGS[number]
    # Where uvicorn ends a stream as well, whoever is first decides whether it complains of it.
    raced = history([], (SIGNAL_ENDS_STREAMS, complaints[: len(stopped.complaints)]))
    uvicorns = since(SIGNAL_UNHEARD, [], before=raced)
    assert stopped.complaints == since(EXIT_DISCONNECTS, uvicorns, before=complaints)
    assert stopped.waited or LEFT not in endings


@pytest.mark.source("uvicorn docs server", "uvicorn docs settings")
def test_waits_for_no_stream_after_a_second_interrupt(stop: Stop) -> None:
    stopped = stop(signal.SIGINT, 1, again=True)
    environment = stopped.log.environment
    ending = str(stopped.exchanges[0].response.ending)
    assert stopped.exchanges[0] == answer(stopped.exchanges[0], ending)
    told = Lines([line for line in stopped.log if line.startswith("INFO")], environment)
    came = Lines([ending, str(stopped.status)], environment)
    assert came == [NOT_LEFT, STATUS[signal.SIGINT]]
    assert told == SECOND_LOG


@pytest.mark.source("uvicorn docs server", "sse-starlette docs README")
def test_ends_a_stream_that_is_asked_for_as_the_signal_comes(stop: Stop) -> None:
    stopped = stop(signal.SIGTERM, 1, crossing=True)
    (exchange,), environment = stopped.exchanges, stopped.log.environment
    ending = str(exchange.response.ending)
    assert exchange == answer(exchange, ending)
    # sse-starlette 3.0 looks, too, whether there was a signal when a stream begins. uvicorn, before
    # it raised signals again, heard of one some steps later: when, beside the request, is chance.
    by_chance = LEFT if ending == LEFT else CUT
    heard = since(SIGNAL_UNHEARD, since(SIGNALS_RAISED_AGAIN, CUT, before=by_chance), before=ONE)
    assert Lines([ending, str(stopped.status)], environment) == [heard, STATUS[signal.SIGTERM]]
    asked = f'INFO:     127.0.0.1:{exchange.client_port} - "GET /stream HTTP/1.1" 200 OK'
    log = [line for line in stopped.log if "DeprecationWarning: " not in line]
    assert Lines(log, environment) == [asked, *LOG]

"""sse: what a signal does to the server, and to the streams that are open.

uvicorn waits for every response to end before it does, and a stream never ends by itself. So
sse-starlette must end it: how it learns of the signal is what both projects have changed.
"""

import signal
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from specs.ledger.changes import (
    CONNECTIONS_CLOSED_FIRST,
    CUT_LIFESPAN_TRACED,
    EXIT_DISCONNECTS,
    INTERRUPT_KEPT_QUIET,
    LAST_STREAM_HEARS,
    SIGNAL_CUTS_STREAMS,
    SIGNAL_ENDS_STREAMS,
    SIGNAL_UNHEARD,
    SIGNALS_RAISED_AGAIN,
    UVLOOP_WAITS_FOR_NO_CLIENT,
    WAITS_FOR_CLIENTS_TO_CLOSE,
)
from specs.ledger.streams import CUT, EVENTS, GET, LEFT, STREAM
from starlette_conformance.model.chance import leading, one_of
from starlette_conformance.model.expectations import (
    ABSENT,
    WHOLE,
    Response,
    chunked,
    history,
    since,
)
from starlette_conformance.model.observations import EndsIn, ExitStatus, LogLines, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Connect,
    MarkLog,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Send,
    Signal,
    SignalBeside,
    Step,
)

SIGNALS = [signal.SIGTERM, signal.SIGINT]
SOON = 1.5
"""Seconds in which a server ends that has nothing to wait for: many times what it takes."""

INTERVAL = 0.8
"""Seconds between events: a server on busy cores, too, has heeded the signal by the next one. Which
task hears of it first would be a matter of chance then, and so would be how the stream ends.
"""

ON = 4
"""A client that has so many events, 2 s after a signal, takes it that the stream goes on."""

CUT_SHORT = "ERROR:    ASGI callable returned without completing response."
WAITING = "INFO:     Waiting for connections to close. (CTRL+C to force quit)"
BACKGROUND = "INFO:     Waiting for background tasks to complete. (CTRL+C to force quit)"
ANYWHERE = (CUT_SHORT, WAITING, BACKGROUND)
"""Lines about streams that the app cut short, and about what is waited for."""

STATUS = {
    signal.SIGTERM: since(SIGNALS_RAISED_AGAIN, "-15", before="0"),
    signal.SIGINT: history("0", (SIGNALS_RAISED_AGAIN, "-2"), (INTERRUPT_KEPT_QUIET, "0")),
}

TRACEBACK = [
    "Traceback (most recent call last):",
    "asyncio.exceptions.CancelledError",
    "During handling of the above exception, another exception occurred:",
    "Traceback (most recent call last):",
    "KeyboardInterrupt",
]
NO_LIFESPAN = "INFO:     ASGI 'lifespan' protocol appears unsupported."
FORCED = [
    "INFO:     Shutting down",
    "INFO:     Finished server process [PID]",
    since(CUT_LIFESPAN_TRACED, ABSENT, before=NO_LIFESPAN),
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

ENDINGS: dict[int, list[Any]] = {
    0: [],
    1: [ONE],
    3: [*[since(LAST_STREAM_HEARS, UNHEARD, before=ONE)] * 2, since(LAST_STREAM_HEARS, CUT, ONE)],
}
IN_TIME = since(EXIT_DISCONNECTS, LOG, before=FORCED)
SECOND_LOG = since(SIGNAL_UNHEARD, IN_TIME, before=history(IN_TIME, (SIGNAL_ENDS_STREAMS, LOG)))
"""What is logged, tracebacks aside, where a second SIGINT finds the stream still open."""

GOES_ON = "no last chunk: nothing more came within 10 s"
"""A client that stays for so long takes it that the stream goes on for as long as it likes."""

FORCED_END = since(
    WAITS_FOR_CLIENTS_TO_CLOSE,
    since(UVLOOP_WAITS_FOR_NO_CLIENT, CUT, before=since(EXIT_DISCONNECTS, CUT, before=GOES_ON)),
    before=CUT,
)
NOT_LEFT = since(
    SIGNAL_UNHEARD,
    FORCED_END,
    before=history(FORCED_END, (SIGNAL_ENDS_STREAMS, WHOLE), (SIGNAL_CUTS_STREAMS, CUT)),
)
"""How a stream ends whose client stays."""


def where_clients_close_first(late: Any, before: Any) -> since:
    """`late` where the server waits for clients before it asks idle connections to close."""
    asyncio = since(UVLOOP_WAITS_FOR_NO_CLIENT, before, before=late)
    return since(
        WAITS_FOR_CLIENTS_TO_CLOSE,
        since(CONNECTIONS_CLOSED_FIRST, before, before=asyncio),
        before=before,
    )


def where(ending: Any, values: Mapping[str, Any]) -> Any:
    """What a stack has of `values`, by how the stream ends on it."""
    if isinstance(ending, since):
        now, before = where(ending.now, values), where(ending.before, values)
        return since(ending.change, now, before)
    return values[ending]


STREAMS = {
    LEFT: Response(200, STREAM, chunked(*EVENTS[:ON]), ending=LEFT),
    CUT: Response(200, STREAM, leading(*EVENTS), ending=CUT),
    WHOLE: Response(200, STREAM, leading(*EVENTS), ending=WHOLE, closes=True),
    GOES_ON: Response(200, STREAM, leading(*EVENTS), ending=GOES_ON),
}
"""What a client sees, who has just as many events as it waited for, where it left."""


def complaints(streams: int) -> Any:
    """What uvicorn logs about streams that were cut short.

    Where it ends a stream as well, whoever is first decides whether it complains of it.
    """
    some = one_of(*([CUT_SHORT] * count for count in range(streams + 1)))
    raced = since(SIGNAL_UNHEARD, [], before=history([], (SIGNAL_CUTS_STREAMS, some)))
    cut = history([], (SIGNAL_CUTS_STREAMS, [CUT_SHORT] * streams))
    if streams == 3:
        cut = since(LAST_STREAM_HEARS, [CUT_SHORT], before=cut)
    if not streams:
        return []
    return since(EXIT_DISCONNECTS, raced, before=since(SIGNAL_UNHEARD, [], before=cut))


def waits(endings: Sequence[Any]) -> Any:
    """What is logged of waiting: for sure where a client left a stream that went on."""
    chance = one_of([], [WAITING])
    left = where_clients_close_first([], [WAITING])
    return where(endings[0], {LEFT: left, CUT: chance, WHOLE: chance}) if endings else chance


def own(lines: Sequence[str]) -> list[str]:
    """The lines of uvicorn, but those of ANYWHERE and the insides of tracebacks."""
    kept = [line for line in lines if line and not line.startswith((" ", "INFO TIME"))]
    return [line for line in kept if line not in ANYWHERE]


def only(text: str) -> Callable[[Sequence[str]], list[str]]:
    return lambda lines: [line for line in lines if line == text]


def informing(lines: Sequence[str]) -> list[str]:
    return [line for line in own(lines) if line.startswith("INFO")]


def without_deprecation(lines: Sequence[str]) -> list[str]:
    return [line for line in own(lines) if "DeprecationWarning: " not in line]


UP = (Send("first", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), ReadResponses("first"))
"""Once the server responds, it is not on its way up any more."""


def listening(names: Sequence[str]) -> chain[Step]:
    """Streams of which the head and the first event were read."""
    return chain.from_iterable((Send(name, GET), ReadChunks(name, 1)) for name in names)


def idle(number: signal.Signals) -> dict[Any, Any]:
    """What is otherwise where no client of a stream leaves: the server is killed by us at last."""
    return {
        ExitStatus(): where_clients_close_first("-9", STATUS[number]),
        LogLines(own): where_clients_close_first(LOG[:1], LOGS[number]),
        EndsIn(SOON): where_clients_close_first(f"not within {SOON} s", f"within {SOON} s"),
    }


AS_WORDS = {0: "no stream", 1: "a stream", 3: "three streams"}


def with_streams(number: signal.Signals, streams: int) -> Scenario:
    """Clients whose stream goes on leave it."""
    names = [f"stream {count}" for count in range(1, streams + 1)]
    endings = ENDINGS[streams]
    return Scenario(
        f"{number.name} beside {AS_WORDS[streams]}",
        "sse",
        (
            *UP,
            *listening(names),
            MarkLog(),
            Signal(number),
            *(ReadChunks(name, ON) for name in names),
        ),
        {
            **{
                ResponseOn(name): where(ending, STREAMS)
                for name, ending in zip(names, endings, strict=True)
            },
            ExitStatus(): STATUS[number],
            LogLines(own): LOGS[number],
            LogLines(only(CUT_SHORT), "log of complaints"): complaints(streams),
            LogLines(only(WAITING), "log of waiting"): waits(endings),
            **({} if streams else idle(number)),
        },
        interval=INTERVAL,
        slow=True,
    )


BESIDE = [with_streams(number, streams) for streams in ENDINGS for number in SIGNALS]

TWICE = Scenario(
    "SIGINT twice beside a stream",
    "sse",
    (
        *UP,
        *listening(["stream"]),
        MarkLog(),
        Signal(signal.SIGINT),
        ReadChunks("stream", ON),
        Signal(signal.SIGINT, while_open=("stream",)),
        ReadToEnd("stream"),
    ),
    {
        ResponseOn("stream"): where(NOT_LEFT, STREAMS),
        ExitStatus(): STATUS[signal.SIGINT],
        LogLines(informing): SECOND_LOG,
    },
    interval=INTERVAL,
    slow=True,
)

HEARD = since(
    SIGNAL_UNHEARD,
    since(SIGNALS_RAISED_AGAIN, STREAMS[CUT], before=one_of(STREAMS[LEFT], STREAMS[CUT])),
    before=where(ONE, STREAMS),
)
"""sse-starlette 3.0 looks, too, whether there was a signal when a stream begins. uvicorn, before it
raised signals again, heard of one some steps later: when, beside the request, is chance."""

CROSSING = Scenario(
    "SIGTERM as a stream is requested",
    "sse",
    (
        *UP,
        Connect("stream"),
        MarkLog(),
        SignalBeside(signal.SIGTERM, "stream", GET),
        ReadChunks("stream", ON),
    ),
    {
        ResponseOn("stream"): HEARD,
        ExitStatus(): STATUS[signal.SIGTERM],
        LogLines(without_deprecation): [
            'INFO:     127.0.0.1:stream - "GET /stream HTTP/1.1" 200 OK',
            *LOG,
        ],
    },
    interval=INTERVAL,
    slow=True,
)

SCENARIOS = [*BESIDE, TWICE, CROSSING]

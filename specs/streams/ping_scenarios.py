"""sse: the pings of a stream, the first one and those that follow, as the app wants them."""

from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    COMMENTS_BESIDE_FIELDS,
    NO_PINGS_BY_ZERO,
    PING_TIME_HAS_ZONE,
    PINGS_ARE_COMMENTS,
    PINGS_ARE_EVENTS,
    PINGS_END_AS_EVENTS,
    PINGS_OF_THE_APP,
    SEPARATOR_HEEDED,
)
from specs.ledger.responses import in_each_phase, raw_request, text
from specs.ledger.streams import EVENTS, GET, LEFT, STREAM
from starlette_conformance.model.chance import within
from starlette_conformance.model.expectations import ABSENT, Response, chunked, history, since
from starlette_conformance.model.observations import PingAfter, PingDelay, PingedStreamOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadChunks, Send

ON = "the stream"
PING = history(
    b"data: : ping TIME\r\n\r\n",
    (PINGS_ARE_EVENTS, b"event: ping\r\ndata: TIME\r\n\r\n"),
    (PINGS_ARE_COMMENTS, b": ping - TIME\r\n\r\n"),
    (PING_TIME_HAS_ZONE, b": ping - TIME+00:00\r\n\r\n"),
)

PINGED = Scenario(
    "nothing but a ping passes on a stream for 15 s",
    "silent_stream",
    (Send("a", GET), ReadChunks("a", 2)),
    {
        # The ping is due half a second before the event, by one clock: late cores do not turn them.
        PingedStreamOn("a"): Response(
            200, STREAM, in_each_phase(PING, lambda ping: chunked(ping, EVENTS[0])), ending=LEFT
        ),
        # Either time is taken late where the cores are busy, and never early: 0.1 s and 1.5 s of
        # that are allowed for. It is far from other paces that one might choose, 10 s and 20 s.
        PingAfter("a"): within(15, 16.5),
        PingDelay("a"): within(-0.01, 5),
    },
    slow=True,
    seconds=20,
)

PINGS = 3
HEADERS = {**STREAM, "vary": ABSENT}
FAILED = replace(text(b"Internal Server Error", 500), closes=True)


def pinged(*chunks: bytes) -> Response:
    return Response(200, HEADERS, chunked(*chunks), ending=LEFT)


def turns(*pings: bytes, end: str = "\r\n") -> Response:
    """Events, and a ping behind each."""
    numbered = enumerate(pings, 1)
    pairs = ((f"data: {number}{end}{end}".encode(), ping) for number, ping in numbered)
    return pinged(*(chunk for pair in pairs for chunk in pair))


def by_lf(ping: bytes) -> Any:
    """Events end in LF since 1.6.5, and pings since 2.1.0."""
    crlf, events, all_lf = (
        turns(*[ping] * PINGS),
        turns(*[ping] * PINGS, end="\n"),
        turns(*[ping.replace(b"\r\n", b"\n")] * PINGS, end="\n"),
    )
    return history(crlf, (SEPARATOR_HEEDED, events), (PINGS_END_AS_EVENTS, all_lf))


TICKS = [f"event: tick\r\ndata: {number}\r\n\r\n".encode() for number in range(1, PINGS + 1)]

FOLLOWED = [
    Scenario(
        f"a stream is pinged each second, {how}",
        "sse",
        (Send(ON, raw_request(b"GET /%s HTTP/1.1" % path)), ReadChunks(ON, 2 * PINGS)),
        {PingedStreamOn(ON): stream},
        interval=0.5,
        script="specs/streams/apps/pings.py",
        paced=True,
        slow=True,
    )
    for how, path, stream in (
        ("as usual", b"usual", in_each_phase(PING, lambda ping: turns(*[ping] * PINGS))),
        ("and its lines end in LF", b"separated", in_each_phase(PING, by_lf)),
        ("by events of the app", b"own", since(PINGS_OF_THE_APP, turns(*TICKS), before=FAILED)),
        (
            "by dictionaries of the app",
            b"own-dictionary",
            history(
                FAILED,
                (PINGS_OF_THE_APP, turns(*[b": alive\r\n"] * PINGS)),
                (COMMENTS_BESIDE_FIELDS, turns(*[b": alive\r\n\r\n"] * PINGS)),
            ),
        ),
    )
]
# Of pings as fast as the loop turns, the first one is there long before the first event.
UNPINGED = Scenario(
    "a stream is to have no pings",
    "sse",
    (Send(ON, raw_request(b"GET /never HTTP/1.1")), ReadChunks(ON, 1)),
    {PingedStreamOn(ON): since(NO_PINGS_BY_ZERO, pinged(EVENTS[0]), in_each_phase(PING, pinged))},
    script="specs/streams/apps/pings.py",
)

SCENARIOS = [PINGED, *FOLLOWED, UNPINGED]

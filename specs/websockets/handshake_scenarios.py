"""WebSocket handshakes, whole and malformed, to apps that take none."""

import signal
from collections.abc import Mapping, Sequence
from typing import Any

from specs.edge.logs import RECEIVED, TRACEBACK, access, own_lines, said
from specs.ledger import handshakes
from specs.ledger.changes import (
    HANDSHAKE_CLIENTS_FORMATTED,
    HANDSHAKE_HEADERS_KEPT,
    HANDSHAKE_TARGETS_QUOTED,
    HANDSHAKES_BY_WEBSOCKETS,
    HANDSHAKES_LOGGED,
    HANDSHAKES_SURVIVE,
    LEGACY_HANDSHAKE_HEADERS_DROPPED,
    LOGGED_ONCE,
    LOGGING_UNCONFIGURED,
    LONG_HEADS_NOTED,
    ONLY_OPEN_IS_LOGGED,
    OTHER_METHODS_REFUSED,
    REJECTIONS_ARE_NO_FAILURES,
    SANSIO_BY_DEFAULT,
)
from specs.ledger.handshakes import CLOSED, FORBIDDEN, INVALID, by_library, handshake
from specs.ledger.raw_requests import LAST, NEXT
from specs.ledger.responses import GREETING, in_each_phase
from starlette_conformance.model.expectations import ABSENT, since
from starlette_conformance.model.observations import EndsIn, LogLines, Observation, ResponsesOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Leave, MarkLog, ReadToEnd, Send, Signal, Watch

LIBRARIES = ("websockets", "wsproto")
SECONDS = 1
"""How long a response may take before none is expected; a close is not waited for."""

MARK = (Send("first", LAST), ReadToEnd("first"), MarkLog())
GREETED = [RECEIVED, access("last", "GET / HTTP/1.1")]
FAILS = "ERROR TIME - Fatal error: protocol.data_received() call failed."


def without_details(lines: Sequence[str]) -> list[str]:
    """All lines but the insides of tracebacks, and what exceptions say."""
    kept = [
        line for line in own_lines(lines) if not line.startswith(("protocol: <", "transport: <"))
    ]
    return [line.partition(":")[0] if "Error: " in line[:24] else line for line in kept]


def _by_websockets(text: Any, level: str = "INFO", *below: str) -> list[Any]:
    own, root = said(level, text)
    owns = (own, *(since(LOGGING_UNCONFIGURED, ABSENT, before=line) for line in below))
    roots = (root, *(since(LOGGED_ONCE, ABSENT, before=line) for line in below))
    return [*(since(HANDSHAKES_LOGGED, line) for line in owns), *roots]


def _closing(status: str) -> Any:
    return since(
        REJECTIONS_ARE_NO_FAILURES,
        f"connection rejected ({status})",
        before=f"connection failed ({status})",
    )


def logs(
    legacy: Any, sansio: Any, wsproto: Any, error: str = "TypeError"
) -> dict[Observation, Any]:
    """What is logged up to the next request, by library, each in each phase."""
    fails = [FAILS, TRACEBACK, error]
    websockets = since(
        HANDSHAKES_SURVIVE, since(SANSIO_BY_DEFAULT, sansio, before=legacy), before=fails
    )
    lines = since(HANDSHAKES_BY_WEBSOCKETS, websockets, before=wsproto)
    return {LogLines(without_details): in_each_phase(lines, lambda those: [*those, *GREETED])}


def refused(status: str = INVALID) -> list[Any]:
    """What websockets logs of a refusal; wsproto logs nothing."""
    return _by_websockets(_closing(status))


def ends(*lines: Any) -> list[Any]:
    return [*lines, *_by_websockets("connection closed")]


def forbidden(target: Any = "/") -> Any:
    def line(client: str) -> Any:
        return in_each_phase(target, lambda text: f'{client} - "WebSocket {text}" 403')

    return since(HANDSHAKE_CLIENTS_FORMATTED, line("127.0.0.1:a"), before=line("('127.0.0.1', a)"))


def closed(target: Any = "/") -> dict[Observation, Any]:
    """What is logged where the app closes the WebSocket."""
    line = forbidden(target)
    closing = refused(FORBIDDEN)
    return logs(
        ends(*_by_websockets(line), *closing),
        [OPENED, *said("INFO", line), *closing],
        said("INFO", line),
    )


OPENED = since(ONLY_OPEN_IS_LOGGED, ABSENT, before="INFO:     connection open")
QUOTED = since(HANDSHAKE_TARGETS_QUOTED, "/a%20b?x=1", before="/a b")
MALFORMED = logs(ends(*refused()), refused(), [])
BY_OTHER_METHOD = logs(
    ends(*refused()),
    since(
        OTHER_METHODS_REFUSED,
        ["INFO:     connection rejected (405 Method Not Allowed)"],
        before=[],
    ),
    [],
)
SAID = forbidden()
BEYOND_ASCII = logs(
    since(
        LEGACY_HANDSHAKE_HEADERS_DROPPED,
        ends(),
        before=since(
            HANDSHAKE_HEADERS_KEPT,
            ends(*_by_websockets(SAID), *refused(FORBIDDEN)),
            before=ends(
                *_by_websockets(
                    "opening handshake failed", "ERROR", TRACEBACK, "UnicodeEncodeError"
                ),
                *refused("500 Internal Server Error"),
            ),
        ),
    ),
    handshakes.latin_1(
        [FAILS, TRACEBACK, "UnicodeEncodeError"],
        [OPENED, *said("INFO", SAID), *refused(FORBIDDEN)],
    ),
    said("INFO", SAID),
)
TOO_LONG = logs(
    ends(*refused()),
    since(
        LONG_HEADS_NOTED,
        ["INFO:     HTTP response sent (431 Request Header Fields Too Large)"],
        before=[],
    ),
    said("INFO", SAID),
)


def sent(
    what: str,
    data: bytes,
    response: Any,
    lines: Mapping[Observation, Any] | None = None,
    app: str = "hello",
    waits: bool = False,
    whole: bool = False,
    alone: bool = False,
) -> Scenario:
    """A handshake, and a request on another connection. Some releases leave a client waiting.

    Where `whole`, the response is a list of all on the connection.
    """
    steps = (
        Send("a", data),
        Watch("a", SECONDS),
        Leave("a"),
        Send("last", LAST),
        ReadToEnd("last"),
    )
    responses = response if whole else [response]
    expected: dict[Observation, Any] = {ResponsesOn("a"): responses}
    return Scenario(
        f"a WebSocket handshake {what}",
        app,
        (*MARK, *steps) if lines else steps[:2],
        expected | dict(lines or {}),
        alone=alone,
        slow=waits,
        needs=LIBRARIES,
    )


OFFERS = (
    b"Origin: https://example.org\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)
FRAME = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
"""A masked frame (RFC 6455 section 5.7)."""

WHOLE = [
    sent("comes to a route", handshake(), CLOSED, closed()),
    sent("comes to no route", handshake(b"GET /a%20b?x=1 HTTP/1.1"), CLOSED, closed(QUOTED)),
    sent("offers what it may", handshake(more=OFFERS), CLOSED),
    sent("has a frame behind it", handshake(body=FRAME), CLOSED),
    sent("has a request behind it", handshake() + NEXT, CLOSED),
    sent("follows a request", NEXT + handshake(), handshakes.BEHIND_A_REQUEST, whole=True),
    sent("comes by HTTP/1.0", handshake(b"GET / HTTP/1.0"), CLOSED),
    sent(
        "wants the connection closed",
        handshake().replace(b"Connection: ", b"Connection: close, "),
        handshakes.CLOSED_AND_CLOSING,
    ),
    sent(
        "has no Connection: Upgrade", handshake().replace(b"Connection: Upgrade\r\n", b""), GREETING
    ),
]
HEADERS = [
    sent("has no key", handshake(key=b""), handshakes.NO_KEY, MALFORMED),
    sent(
        "has neither key nor version",
        handshake(version=b"", key=b""),
        handshakes.NO_KEY_OR_VERSION,
        MALFORMED,
    ),
    sent("has an odd key", handshake(key=b"Sec-WebSocket-Key: abc\r\n"), handshakes.ODD_KEY),
    sent("has two keys", handshake(key=handshakes.KEY * 2), handshakes.TWO_KEYS),
    sent("has no version", handshake(version=b""), handshakes.NO_VERSION, MALFORMED),
    sent(
        "has version 12",
        handshake(version=b"Sec-WebSocket-Version: 12\r\n"),
        handshakes.OLD_VERSION,
        MALFORMED,
    ),
    sent(
        "has odd extensions",
        handshake(more=b"Sec-WebSocket-Extensions: =\r\n"),
        handshakes.ODD_EXTENSIONS,
    ),
    sent(
        "has an odd subprotocol",
        handshake(more=b"Sec-WebSocket-Protocol: a b\r\n"),
        handshakes.ODD_SUBPROTOCOL,
    ),
    sent(
        "has a byte beyond ASCII in a header",
        handshake(more=b"X-Name: \xe9\r\n"),
        handshakes.BEYOND_ASCII,
        BEYOND_ASCII,
        alone=True,
    ),
]
SIZES = [
    sent(
        "has a line of 5,000 bytes",
        handshake(more=b"Cookie: %b\r\n" % (b"a" * 5_000)),
        handshakes.LONGER_LINE,
    ),
    sent(
        "has a line of 9,000 bytes",
        handshake(more=b"Cookie: %b\r\n" % (b"a" * 9_000)),
        handshakes.LONGEST_LINE,
        TOO_LONG,
        waits=True,
    ),
    sent(
        "has 200 headers more",
        handshake(more=b"".join(b"X-%d: 1\r\n" % number for number in range(200))),
        handshakes.MANY_HEADERS,
        waits=True,
    ),
]
LENGTH = b"Content-Length: 3\r\n"
METHODS = [
    sent(
        "comes by POST",
        handshake(b"POST / HTTP/1.1"),
        handshakes.BY_POST,
        BY_OTHER_METHOD,
        waits=True,
    ),
    sent("comes by OPTIONS", handshake(b"OPTIONS / HTTP/1.1"), handshakes.BY_OPTIONS, waits=True),
    sent("has a body", handshake(more=LENGTH, body=b"abc"), handshakes.WITH_BODY, waits=True),
    sent(
        "has a body in chunks",
        handshake(more=b"Transfer-Encoding: chunked\r\n", body=b"3\r\nabc\r\n0\r\n\r\n"),
        handshakes.WITH_BODY,
        waits=True,
    ),
    sent(
        "has an empty body",
        handshake(more=b"Content-Length: 0\r\n"),
        handshakes.WITHOUT_BODY,
        waits=True,
    ),
]
APPS = [
    sent(
        f"comes to {target} of {app}",
        handshake(b"GET %b HTTP/1.1" % target.encode()),
        response,
        app=app,
    )
    for app, target, response in (
        ("json_cors", "/user/Vader", CLOSED),
        ("json_cors", "/user/Vader/", CLOSED),
        ("static_files", "/", handshakes.TO_STATIC_FILES),
        ("static_files", "/missing", handshakes.TO_STATIC_FILES),
        ("basic_auth", "/", CLOSED),
        ("sse", "/stream", CLOSED),
    )
]

NAMED = handshake(more=b"X-Name: \xe9\r\n")
ENDING = Scenario(
    "SIGTERM after a WebSocket handshake with a byte beyond ASCII in a header",
    "hello",
    (Send("a", NAMED), Watch("a", SECONDS), Leave("a"), Signal(signal.SIGTERM)),
    {
        EndsIn(3): by_library(
            since(
                SANSIO_BY_DEFAULT,
                handshakes.latin_1("not within 3 s", "within 3 s"),
                before="within 3 s",
            ),
            "within 3 s",
        )
    },
    slow=True,
    needs=LIBRARIES,
)
"""A connection that fails in its handshake is one that uvicorn waits for ever to close."""

SCENARIOS = [ENDING, *WHOLE, *HEADERS, *SIZES, *METHODS, *APPS]

"""WebSocket routes: messages, closes, refusals and failures, frame by frame."""

import itertools
import signal
import zlib
from collections.abc import Sequence
from typing import Any

from specs.ledger.changes import (
    APPS_HEAR_OF_RESTARTS,
    DENIALS_SENT,
    EMPTY_CLOSES_KEPT,
    RETURNS_WITHOUT_CLOSE,
    SANSIO_BY_DEFAULT,
    SHUTDOWN_CLOSES_WEBSOCKETS,
    SUBPROTOCOLS_SPLIT,
)
from specs.ledger.handshakes import BROKEN, CLOSED, DENIED, by_library, handshake
from specs.ledger.responses import in_each_phase, raw_request, text
from starlette_conformance.model.expectations import since
from starlette_conformance.model.observations import (
    EndsIn,
    FramesOn,
    LogLines,
    Observation,
    ResponseOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Leave,
    MarkLog,
    ReadFrames,
    ReadResponses,
    ReadToEnd,
    Send,
    Signal,
    Step,
    Watch,
)

NEEDS = "websockets>=10.0", "wsproto"
"""With websockets before 10.0 every handshake fails on the Python of these stacks."""
SCRIPT = "specs/websockets/apps/sockets.py"
ON = "a"
MASK = b"\x37\xfa\x21\x3d"
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
OFFERS = b"Sec-WebSocket-Protocol: chat, superchat\r\n"


def frame(opcode: int, payload: bytes = b"", more: bool = False, masked: bool = True) -> bytes:
    """A frame of a client (RFC 6455 section 5.2)."""
    head = bytes([opcode | (0x80 * (not more))])
    bit = 0x80 * masked
    if len(payload) < 126:
        size = bytes([bit | len(payload)])
    elif len(payload) < 65_536:
        size = bytes([bit | 126]) + len(payload).to_bytes(2)
    else:
        size = bytes([bit | 127]) + len(payload).to_bytes(8)
    if not masked:
        return head + size + payload
    if len(payload) > 100_000:  # by a key that changes nothing
        return head + size + bytes(4) + payload
    key = MASK * (len(payload) // 4 + 1)
    return head + size + MASK + bytes(a ^ b for a, b in zip(payload, key, strict=False))


def close(code: int = 1000, reason: str = "") -> bytes:
    return frame(CLOSE, code.to_bytes(2) + reason.encode())


def failures(lines: Sequence[str]) -> list[str]:
    """Whether an exception is logged, but for ends of connections: ENDS_OF_CONNECTIONS_LOGGED has
    specs of its own.
    """
    pairs = itertools.pairwise(["", *lines])
    fails = (
        line.startswith("Traceback") and not before.startswith(OF_END) for before, line in pairs
    )
    return [FAILS] if any(fails) else []


FAILS = "a traceback"
OF_END = "handle: <Handle StreamReaderProtocol."
NONE: list[str] = []


def ends(lines: Sequence[str]) -> list[str]:
    """What the app logs that ends with its server."""
    return [line.partition(" - ")[2] for line in lines if "disconnected: " in line]


def of(kind: str, payload: bytes) -> str:
    """How a long frame is shown."""
    return f"{kind} of {len(payload):,} bytes, CRC-32 {zlib.crc32(payload):08x}"


THEN = Leave(ON), Send("app", raw_request(b"GET /heard HTTP/1.1")), ReadResponses("app")
"""The app tells what it has heard, once the handler of the WebSocket has ended."""


def told(heard: Any, logged: Any) -> dict[Observation, Any]:
    """What the app has heard, and what is logged of failures."""
    response = in_each_phase(heard, lambda what: text(what.encode()))
    return {ResponseOn("app"): response, LogLines(failures): logged}


def talks(
    what: str,
    path: str,
    exchanges: Sequence[tuple[bytes, int]],
    frames: Any,
    heard: Any = "",
    logged: Any = NONE,
    more: bytes = b"",
) -> Scenario:
    """What the client sends behind its handshake, and how many frames it has read in all before it
    goes on.
    """
    steps: list[Step] = [Send(ON, handshake(f"GET {path} HTTP/1.1".encode(), more))]
    steps.append(ReadResponses(ON))
    for sent, number in exchanges:
        steps += [Send(ON, sent)] if sent else []
        steps += [ReadFrames(ON, number)] if number else []
    return Scenario(
        f"a WebSocket {what}",
        "hello",
        (MarkLog(), *steps, ReadToEnd(ON), *THEN),
        {FramesOn(ON): frames, **told(heard, logged)},
        script=SCRIPT,
        needs=NEEDS,
        slow=True,
    )


SMALL, MEDIUM, LARGE, HUGE = b"x" * 125, b"y" * 126, b"z" * 70_000, b"z" * 3_000_000
BYE, WORD = "close 1000", "text a last word"
MESSAGES = talks(
    "echoes messages of all sizes",
    "/echo",
    [
        (frame(TEXT, "h\xe9llo".encode()), 1),
        (frame(TEXT), 2),
        (frame(BINARY, b"\x00\xff"), 3),
        (frame(BINARY, SMALL), 4),
        (frame(TEXT, MEDIUM), 5),
        (frame(BINARY, LARGE), 6),
        (frame(TEXT, b"one ", more=True) + frame(CONT, b"two"), 7),
        (frame(PING, b"ping"), 8),
        (frame(PONG, b"unasked") + frame(TEXT, b"last"), 9),
        (frame(BINARY, HUGE), 10),
        (close(1000), 0),
    ],
    [
        "text h\xe9llo",
        "text",
        "binary 00ff",
        f"binary {SMALL.hex()}",
        f"text {MEDIUM.decode()}",
        of("binary", LARGE),
        "text one two",
        f"pong {b'ping'.hex()}",
        "text last",
        of("binary", HUGE),
        BYE,
    ],
    "disconnected: 1000",
)
CLOSES = [
    talks(
        "is closed by its client with a reason",
        "/echo",
        [(close(4321, "bye"), 0)],
        ["close 4321 bye"],
        "disconnected: 4321",
    ),
    talks(
        "is closed by its client without a code",
        "/echo",
        [(frame(CLOSE), 0)],
        by_library(["close"], since(EMPTY_CLOSES_KEPT, ["close"], before=[BYE])),
        "disconnected: 1005",
    ),
    talks(
        "is closed by its app, which sends more",
        "/closes",
        [(b"", 1), (close(4001), 0)],
        ["close 4001 not today \xe9"],
        "sent too late",
    ),
    talks(
        "returns from its handler",
        "/returns",
        [],
        by_library(
            since(RETURNS_WITHOUT_CLOSE, [WORD], before=[WORD, BYE]),
            [WORD],
        ),
    ),
    talks("fails", "/breaks", [(frame(TEXT, b"now"), 0)], [], logged=[FAILS]),
    talks(
        "fails as an app asks to",
        "/breaks",
        [(frame(TEXT, b"politely"), 1), (close(4004), 0)],
        ["close 4004 broken"],
    ),
]
FORMS = [
    talks(
        "reads JSON",
        "/reads",
        [(frame(TEXT, b'{"a": [1, null]}'), 1), (close(4000), 0)],
        ["text {'a': [1, None]}", "close 4000"],
        "left: 4000",
    ),
    talks(
        "has an endpoint",
        "/endpoint",
        [(frame(TEXT, b'{"a":1}'), 1), (frame(TEXT, b"no"), 2), (close(1003), 0)],
        ['text {"a":1}', "close 1003"],
        logged=[FAILS],
    ),
    talks(
        "has an endpoint and sends bytes",
        "/endpoint",
        [(frame(BINARY, b'{"a":"\xc3\xa9"}'), 1), (close(), 0)],
        ['text {"a":"\xe9"}', BYE],
    ),
]
MALFORMED = [
    talks(
        f"is sent {what}",
        "/echo",
        [(sent, 0)],
        by_library(
            since(SANSIO_BY_DEFAULT, [f"close {code} {why}".rstrip()], before=[f"close {code}"]), []
        ),
        by_library(
            since(SANSIO_BY_DEFAULT, f"disconnected: {code}", before="disconnected: 1006"),
            f"disconnected: {code}",
        ),
        by_library(since(SANSIO_BY_DEFAULT, logged, before=NONE), NONE),
    )
    for what, sent, code, why, logged in (
        (
            "a frame without a mask",
            frame(TEXT, b"a", masked=False),
            1002,
            "incorrect masking",
            NONE,
        ),
        ("text that is no UTF-8", frame(TEXT, b"\xff"), 1007, "", [FAILS]),
        ("an unknown frame", frame(3, b"a"), 1002, "invalid opcode", NONE),
        ("a ping of 126 bytes", frame(PING, MEDIUM), 1002, "control frame too long", NONE),
    )
]
"""What wsproto refuses ends without a close."""

NAME = b'{"name":"R2 D2"}'


def said(subprotocols: str) -> list[str]:
    first = f'{{"subprotocols":{subprotocols},"path":"/says/R2 D2","type":"websocket"}}'
    return [f"text {first}", f"binary {NAME.hex()}", BYE]


SAID = said('["chat","superchat"]')
SAYS = talks(
    "says what its handshake said",
    "/says/R2%20D2",
    [(b"", 3), (close(), 0)],
    by_library(
        since(
            SANSIO_BY_DEFAULT,
            since(SUBPROTOCOLS_SPLIT, SAID, before=said('["chat, superchat"]')),
            before=SAID,
        ),
        SAID,
    ),
    more=OFFERS,
)


def refused(what: str, path: str, response: Any, logged: Any = NONE) -> Scenario:
    asked = MarkLog(), Send(ON, handshake(f"GET {path} HTTP/1.1".encode())), Watch(ON, 1)
    return Scenario(
        f"a WebSocket {what}",
        "hello",
        (*asked, *THEN),
        {ResponseOn(ON): response, **told("", logged)},
        script=SCRIPT,
        needs=NEEDS,
        slow=True,
    )


REFUSED = [
    refused("is refused by its app", "/refuses", CLOSED),
    refused("comes to no route of an app", "/missing", CLOSED),
    refused("fails before it is accepted", "/early", BROKEN, [FAILS]),
    refused(
        "is denied by its app",
        "/denied",
        since(DENIALS_SENT, DENIED, before=BROKEN),
        since(DENIALS_SENT, NONE, before=[FAILS]),
    ),
]
RESTARTED, HEARD = ["text a", "close 1012"], "disconnected: 1012"
ENDS = Scenario(
    "SIGTERM while a WebSocket is open",
    "hello",
    (
        *(Send(ON, handshake(b"GET /echo HTTP/1.1")), ReadResponses(ON)),
        *(Send(ON, frame(TEXT, b"a")), ReadFrames(ON, 1), MarkLog()),
        *(Signal(signal.SIGTERM), ReadToEnd(ON)),
    ),
    {
        FramesOn(ON): by_library(
            since(SHUTDOWN_CLOSES_WEBSOCKETS, RESTARTED, before=RESTARTED[:1]), RESTARTED
        ),
        LogLines(ends): by_library(
            since(APPS_HEAR_OF_RESTARTS, [HEARD], before=["disconnected: 1006"]), [HEARD]
        ),
        EndsIn(3): "within 3 s",
    },
    script=SCRIPT,
    needs=NEEDS,
    slow=True,
)
IDLE = Scenario(
    "nothing passes on a WebSocket for 12 s",
    "hello",
    (
        *(Send(ON, handshake(b"GET /echo HTTP/1.1")), ReadResponses(ON), Watch(ON, 12)),
        *(Send(ON, frame(TEXT, b"a")), ReadFrames(ON, 1)),
    ),
    {FramesOn(ON): ["text a"]},
    script=SCRIPT,
    needs=NEEDS,
    slow=True,
    seconds=20,
)
"""uvicorn pings after 20 s."""
SCENARIOS = [MESSAGES, *CLOSES, *FORMS, *MALFORMED, SAYS, *REFUSED, ENDS, IDLE]

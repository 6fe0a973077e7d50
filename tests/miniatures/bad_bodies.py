"""Answers whose body, framing or delivery has a defect."""

from typing import Any

from starlette_conformance.model.expectations import ABSENT
from tests.miniatures.bad_heads import CUT, NO_HEAD
from tests.miniatures.good_responses import (
    CLOSING,
    HEAD,
    HELLO,
    LIMIT,
    NOT_MODIFIED,
    REDIRECT,
    STREAM,
    Defect,
    Good,
)
from tests.miniatures.raw_server import closes, floods, resets

RESET = "reset by the server"
STALLED = "nothing more came within 0.3 s"
BODY = b"Hello Starlette !!!"
LENGTH = b"content-length: 19\r\n"
ONE, TWO, THREE = (b"data: %d\r\n\r\n" % number for number in (1, 2, 3))
CHUNK_ONE, CHUNK_TWO, CHUNK_THREE = (b"b\r\n%s\r\n" % event for event in (ONE, TWO, THREE))


def cut(good: Good, last: bytes, received: dict[str, Any]) -> Defect:
    return Defect(good, good.until(last), received, closes)


def stalls(good: Good, answer: bytes, received: dict[str, Any]) -> Defect:
    return Defect(good, answer, received, seconds=0.3)


BAD_BODIES = {
    "another body": Defect(
        HELLO, HELLO.but(b"Starlette", b"starlette"), {"body": b"Hello starlette !!!"}
    ),
    "a body one byte short, closed": cut(
        HELLO, BODY[:-1], {"body": BODY[:-1], "ending": f"18 of 19 bytes: {CUT}"}
    ),
    "a body one byte short, stalled": stalls(
        HELLO,
        HELLO.until(BODY[:-1]),
        {"body": BODY[:-1], "ending": f"18 of 19 bytes: {STALLED}"},
    ),
    "a body one byte short, reset": Defect(
        HELLO,
        HELLO.until(BODY[:-1]),
        {"body": BODY[:-1], "ending": f"18 of 19 bytes: {RESET}"},
        resets,
    ),
    "no body": cut(HELLO, b"\r\n\r\n", {"body": b"", "ending": f"0 of 19 bytes: {CUT}"}),
    "a body one byte long": Defect(HELLO, HELLO.answer + b"!", {"ending": "1 bytes after the end"}),
    "a body where there is none": Defect(
        REDIRECT, REDIRECT.answer + b"moved", {"ending": "5 bytes after the end"}
    ),
    "a body after HEAD": Defect(HEAD, HELLO.answer, {"ending": "19 bytes after the end"}),
    "a body in a 304": Defect(
        NOT_MODIFIED, NOT_MODIFIED.answer + b"page", {"ending": "4 bytes after the end"}
    ),
    "two answers": Defect(
        HELLO, HELLO.answer + REDIRECT.answer, {"ending": "176 bytes after the end"}
    ),
    "a length too large": stalls(
        HELLO,
        HELLO.but(b"19", b"20"),
        {"header content-length": "20", "ending": f"19 of 20 bytes: {STALLED}"},
    ),
    "a length too small": Defect(
        HELLO,
        HELLO.but(b"19", b"9"),
        {"header content-length": "9", "body": BODY[:9], "ending": "10 bytes after the end"},
    ),
    "a negative length": Defect(
        HELLO,
        HELLO.but(b"19", b"-19"),
        {
            "header content-length": "-19",
            "body": b"",
            "ending": "Content-Length '-19' is not one number",
        },
    ),
    "a length that is no number": Defect(
        HELLO,
        HELLO.but(b"19", b"0x13"),
        {
            "header content-length": "0x13",
            "body": b"",
            "ending": "Content-Length '0x13' is not one number",
        },
    ),
    "the length twice": Defect(
        HELLO,
        HELLO.but(LENGTH, LENGTH * 2),
        {
            "header content-length": ("19", "19"),
            "body": b"",
            "ending": "Content-Length '19, 19' is not one number",
        },
    ),
    "two lengths": Defect(
        HELLO,
        HELLO.but(LENGTH, LENGTH + b"content-length: 18\r\n"),
        {
            "header content-length": ("19", "18"),
            "body": b"",
            "ending": "Content-Length '19, 18' is not one number",
        },
    ),
    "no length, closed": Defect(
        HELLO,
        HELLO.without(LENGTH),
        {"header content-length": ABSENT, "closes": True},
        closes,
    ),
    "no length, left open": stalls(
        HELLO,
        HELLO.without(LENGTH),
        {"header content-length": ABSENT, "ending": f"the body does not end: {STALLED}"},
    ),
    "no length, reset": Defect(
        HELLO,
        HELLO.without(LENGTH),
        {"header content-length": ABSENT, "ending": f"the body does not end: {RESET}"},
        resets,
    ),
    "length and chunks": stalls(
        HELLO,
        HELLO.but(LENGTH, LENGTH + b"transfer-encoding: chunked\r\n"),
        {
            "header transfer-encoding": "chunked",
            "body": b"",
            "ending": "both Transfer-Encoding and Content-Length",
        },
    ),
    "a length instead of chunks": Defect(
        STREAM,
        STREAM.until(b"event-stream") + b"\r\ncontent-length: 33\r\n\r\n" + ONE + TWO + THREE,
        {
            "header content-type": "text/event-stream",
            "header transfer-encoding": ABSENT,
            "header content-length": "33",
            "body": ONE + TWO + THREE,
        },
    ),
    "another transfer coding": Defect(
        STREAM,
        STREAM.but(b": chunked", b": gzip, chunked"),
        {
            "header transfer-encoding": "gzip, chunked",
            "body": b"",
            "ending": "Transfer-Encoding 'gzip,chunked' is not chunked",
        },
    ),
    "no last chunk, closed": cut(STREAM, CHUNK_THREE, {"ending": f"no last chunk: {CUT}"}),
    "no last chunk, stalled": stalls(
        STREAM, STREAM.until(CHUNK_THREE), {"ending": f"no last chunk: {STALLED}"}
    ),
    "no last chunk, reset": Defect(
        STREAM, STREAM.until(CHUNK_THREE), {"ending": f"no last chunk: {RESET}"}, resets
    ),
    "half a last chunk": cut(STREAM, CHUNK_THREE + b"0\r\n", {"ending": f"no last chunk: {CUT}"}),
    "half an event": cut(
        STREAM, b"data: 3", {"body": (ONE, TWO), "ending": f"no last chunk: {CUT}"}
    ),
    "a chunk size too small": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"a")),
        {"body": (ONE,), "ending": "chunk 2 does not end after its size, 10"},
    ),
    "a chunk size too large": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"c")),
        {"body": (ONE,), "ending": "chunk 2 does not end after its size, 12"},
    ),
    "a chunk size beyond the end": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"fff")),
        {"body": (ONE,), "ending": f"no last chunk: {CUT}"},
        closes,
    ),
    "a chunk size that is no number": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"-b")),
        {"body": (ONE,), "ending": "not a chunk size: b'-b'"},
    ),
    "a chunk size without an end": stalls(
        STREAM,
        STREAM.until(CHUNK_TWO) + b"0" * 2000,
        {"body": (ONE, TWO), "ending": "not a chunk size: no line end within 1,024 bytes"},
    ),
    "trailers": Defect(
        STREAM,
        STREAM.but(b"\r\n0\r\n", b"\r\n0\r\nx-checksum: 1\r\n"),
        {"trailer x-checksum": "1"},
    ),
    "a trailer twice": Defect(
        STREAM,
        STREAM.but(b"\r\n0\r\n", b"\r\n0\r\nX-A: 1\r\nx-a: 2\r\n"),
        {"trailer x-a": ("1", "2")},
    ),
    "a trailer that is none": Defect(
        STREAM,
        STREAM.but(b"\r\n0\r\n", b"\r\n0\r\nchecksum\r\n"),
        {"ending": "not a trailer: b'checksum'"},
    ),
    "half of the trailers": Defect(
        STREAM,
        STREAM.until(CHUNK_THREE) + b"0\r\nx-checksum: 1\r\n",
        {"ending": f"no last chunk: {CUT}", "trailer x-checksum": "1"},
        closes,
    ),
    "a chunk extension": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, CHUNK_TWO.replace(b"b", b"b;x=1")),
        {"extensions": ("", ";x=1", "", "")},
    ),
    "an extension of the last chunk": Defect(
        STREAM, STREAM.but(b"\r\n0\r\n", b"\r\n0 ; x\r\n"), {"extensions": ("", "", "", " ; x")}
    ),
    "two events in one chunk": Defect(
        STREAM,
        STREAM.but(CHUNK_ONE + CHUNK_TWO, b"16\r\n" + ONE + TWO + b"\r\n"),
        {"body": (ONE + TWO, THREE)},
    ),
    "an event in two chunks": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, b"5\r\ndata:\r\n6\r\n 2\r\n\r\n\r\n"),
        {"body": (ONE, b"data:", b" 2\r\n\r\n", THREE)},
    ),
    "an event without its blank line": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO, b"9\r\ndata: 2\r\n\r\n"),
        {"body": (ONE, b"data: 2\r\n", THREE)},
    ),
    "an event twice": Defect(
        STREAM, STREAM.but(CHUNK_TWO, CHUNK_TWO * 2), {"body": (ONE, TWO, TWO, THREE)}
    ),
    "an event lost": Defect(STREAM, STREAM.without(CHUNK_TWO), {"body": (ONE, THREE)}),
    "no event at all": Defect(
        STREAM, STREAM.without(CHUNK_ONE + CHUNK_TWO + CHUNK_THREE), {"body": ()}
    ),
    "events out of order": Defect(
        STREAM,
        STREAM.but(CHUNK_TWO + CHUNK_THREE, CHUNK_THREE + CHUNK_TWO),
        {"body": (ONE, THREE, TWO)},
    ),
    "a close that was not announced": Defect(HELLO, HELLO.answer, {"closes": True}, closes),
    "a close announced and made": Defect(
        HELLO, CLOSING.answer, {"header connection": "close", "closes": True}, closes
    ),
    "a close announced and not made": Defect(CLOSING, CLOSING.answer, {"closes": False}),
    "a reset instead of a close": Defect(CLOSING, CLOSING.answer, {"closes": False}, resets),
    "no response, closed": Defect(HELLO, b"", NO_HEAD | {"ending": f"no response: {CUT}"}, closes),
    "no response, stalled": stalls(HELLO, b"", NO_HEAD | {"ending": "no response within 0.3 s"}),
    "no response, reset": Defect(HELLO, b"", NO_HEAD | {"ending": f"no response: {RESET}"}, resets),
    "an endless chunk": Defect(
        STREAM,
        STREAM.but(CHUNK_ONE, b"fffffff\r\na").partition(b"b\r\n")[0],
        {"body": (), "ending": f"no last chunk: more than {LIMIT} bytes came"},
        floods,
    ),
}

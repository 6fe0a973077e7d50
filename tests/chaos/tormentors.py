"""Servers that torment our own client, and what it must say of each."""

import gzip
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from starlette_conformance.http.client import LISTENS
from starlette_conformance.http.connection import CLOSED, LIMIT
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.http.parser import CHUNKS_LIMIT, HEAD_LIMIT, INTERIM_LIMIT
from tests.miniatures.good_responses import HELLO
from tests.miniatures.raw_server import SECONDS as LONG
from tests.miniatures.raw_server import (
    Miniature,
    Script,
    client_of,
    closes,
    keeps_open,
    miniature,
)

SECONDS = 0.5
"""The deadline that a hostile server gets; one that floods gets FLOODED."""
FLOODED = 10.0
LATE = 2.0
"""A verdict may come so much later: an announced close is awaited, and the machine is shared."""

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
TOO_MUCH = f"more than {LIMIT} bytes came"
NOTHING_MORE = f"nothing more came within {SECONDS:g} s"
NO_RESPONSE = f"no response within {SECONDS:g} s"


@dataclass(frozen=True)
class Hostile:
    """What a server does once the request came, and a pattern of the ending that names it.

    What it says `unasked` is there before the request is.
    """

    script: Script
    ending: str
    seconds: float = SECONDS
    unasked: bytes = b""


def again_and_again(first: bytes, part: bytes, pause: float = 0.0) -> Script:
    """Send the first bytes, and then a part of at least some KiB over and over."""

    def script(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(first)
        several = part if pause else part * max(1, 32768 // len(part))
        while True:
            connection.sendall(several)
            time.sleep(pause)

    return script


def flood(first: bytes, part: bytes, ending: str) -> Hostile:
    return Hostile(again_and_again(first, part), re.escape(ending), FLOODED)


def sent(answer: bytes, ending: str) -> Hostile:
    return Hostile(keeps_open(answer), re.escape(ending))


DEAF = Hostile(keeps_open(b""), "no response: no connection: timed out")
"""Served by `deaf`: its script never runs."""

BOMB = 256 * gzip.compress(bytes(1024 * 1024), 1)

HOSTILE = {
    "never accepts": DEAF,
    "an answer before the request": Hostile(
        keeps_open(b""),
        f"no response: {len(HELLO.answer)} bytes came before the request",
        unasked=HELLO.answer,
    ),
    "says nothing": sent(b"", NO_RESPONSE),
    "a byte now and then": Hostile(
        again_and_again(b"", b"H", 0.1), re.escape("the head does not end: ") + ".*"
    ),
    "a byte as soon as one was read": Hostile(
        again_and_again(HEAD + b"\r\n", b"a", 0.0002),
        "the body does not end: (bytes still|nothing more) came .*",  # as its sender is scheduled
    ),
    "a head that never ends": flood(
        HEAD, b"x: a\r\n", f"the head is longer than {HEAD_LIMIT} bytes"
    ),
    "a header that never ends": flood(
        HEAD + b"x: ", b"a", f"the head is longer than {HEAD_LIMIT} bytes"
    ),
    "no line ever ends": flood(b"", b"\0\xff", f"the head is longer than {HEAD_LIMIT} bytes"),
    "1xx without end": flood(
        b"", b"HTTP/1.1 100 \r\n\r\n", f"more than {INTERIM_LIMIT} interim responses"
    ),
    "a body that never ends": flood(HEAD + b"\r\n", b"a", f"the body does not end: {TOO_MUCH}"),
    "four gigabytes": Hostile(
        again_and_again(HEAD + b"content-length: 4294967296\r\n\r\n", b"\xff"),
        rf"\d+ of 4294967296 bytes: {TOO_MUCH}",
        FLOODED,
    ),
    "a chunk that never ends": flood(
        CHUNKED + b"fffffffffffffff\r\n", b"a", f"no last chunk: {TOO_MUCH}"
    ),
    "chunks of a byte without end": flood(
        CHUNKED, b"1\r\na\r\n", f"more than {CHUNKS_LIMIT} chunks"
    ),
    "a chunk extension that never ends": flood(
        CHUNKED + b"1;", b"a", "not a chunk size: no line end within 1,024 bytes"
    ),
    "an SSE line that never ends": flood(
        CHUNKED, b"1000\r\n" + b"a" * 4096 + b"\r\n", f"no last chunk: {TOO_MUCH}"
    ),
    "an SSE stream of comments": flood(
        CHUNKED, b"f\r\n: ping - 0000\r\n\r\n", f"more than {CHUNKS_LIMIT} chunks"
    ),
    "bytes after the end without end": Hostile(
        again_and_again(HELLO.answer, b"!"), r"\d+ bytes after the end", FLOODED
    ),
    "answers without end": Hostile(
        again_and_again(b"", HELLO.answer), r"\d+ bytes after the end", FLOODED
    ),
    "an upgrade out of the blue": sent(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n\x81\x05Hello",
        "7 bytes after the end",
    ),
    "a chunk of 2^63 bytes": sent(
        CHUNKED + b"8000000000000000\r\n", "not a chunk size: b'8000000000000000'"
    ),
    "a chunk of 2^59 bytes": sent(
        CHUNKED + b"800000000000000\r\n", f"no last chunk: {NOTHING_MORE}"
    ),
    "a length of 10^18": sent(
        HEAD + b"content-length: 1000000000000000000\r\n\r\n",
        "Content-Length '1000000000000000000' is not one number",
    ),
    "a length with a sign": sent(
        HEAD + b"content-length: +1\r\n\r\na", "Content-Length '+1' is not one number"
    ),
    "two lengths in one line": sent(
        HEAD + b"content-length: 1, 1\r\n\r\na", "Content-Length '1, 1' is not one number"
    ),
    "NUL in the status line": sent(
        HELLO.but(b"OK", b"O\0K").replace(b"HTTP/1.1", b"HTTP/1.\0"),
        r"not a status line: b'HTTP/1.\x00 200 O\x00K'",
    ),
    "TLS": sent(
        b"\x15\x03\x01\0\x02\x02\n\r\n\r\n", r"not a status line: b'\x15\x03\x01\x00\x02\x02\n'"
    ),
    "a compressed bomb, cut": Hostile(
        closes(HEAD + b"content-encoding: gzip\r\ncontent-length: 9999999\r\n\r\n" + BOMB),
        re.escape(f"{len(BOMB)} of 9999999 bytes: {CLOSED}"),
        FLOODED,
    ),
}
"""By what they do. What is compressed is kept as it came, never unpacked."""


def torment(
    hostile: Hostile, record: Callable[[Exchange], None] = lambda _: None
) -> tuple[str, float]:
    """The ending that the client names, and the seconds that it took to."""
    served = deaf() if hostile is DEAF else miniature(hostile.script, hostile.unasked)
    listens = LONG if hostile.unasked else LISTENS  # as long as the miniature may need
    with served as server, client_of(server.port, record, listens) as client:
        began = time.monotonic()
        exchange = client.request("GET", "/", seconds=hostile.seconds)
        return str(exchange.response.ending), time.monotonic() - began


@contextmanager
def deaf() -> Iterator[Miniature]:
    """A listener that accepts nothing, and whose queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield Miniature(listener.getsockname()[1])

"""Good answers that are cut off after each of their bytes, by a reset or a close."""

import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from starlette_conformance.http.connection import CLOSED, RESET
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import WHOLE
from tests.miniatures.good_responses import HELLO, NOT_MODIFIED, STREAM
from tests.miniatures.raw_server import client_of, dated, miniature

EARLY = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"


@dataclass(frozen=True)
class Swept:
    """A good answer, and what one is called whose body ends after `n` bytes."""

    head: bytes
    body: bytes = b""
    unfinished: str = ""

    def ending_at(self, cut: int, ended: str) -> str:
        """What the answer must be called when it ends after `cut` bytes, and how."""
        if cut == len(self.head + self.body):
            return WHOLE
        if cut == 0:
            return f"no response: {ended}"
        if cut < len(self.head):
            return f"the head does not end: {ended}"
        return f"{self.unfinished.format(n=cut - len(self.head))}: {ended}"


def swept(answer: bytes, unfinished: str) -> Swept:
    head, end, body = dated(answer).partition(b"\r\n\r\n")
    return Swept(head + end, body, unfinished)


HELLO_SWEPT = swept(HELLO.answer, "{n} of 19 bytes")
SWEPT = {
    "Content-Length": HELLO_SWEPT,
    "chunked": swept(STREAM.answer, "no last chunk"),
    "304": swept(NOT_MODIFIED.answer, ""),
    "1xx and an answer": Swept(EARLY + HELLO_SWEPT.head, HELLO_SWEPT.body, "{n} of 19 bytes"),
}


def sweep(
    name: str, ended: str, record: Callable[[Exchange], None] = lambda _: None
) -> list[tuple[int, str, str]]:
    """End an answer of SWEPT after each of its bytes; every cut, what it must be called, and is."""
    good = SWEPT[name]
    answer = good.head + good.body
    cuts = iter(range(len(answer) + 1))

    def cut_off(connection: socket.socket) -> None:
        # a close comes with the last byte; what waits to be sent is lost by a reset
        connection.sendall(answer[: next(cuts)], socket.MSG_MORE if ended == CLOSED else 0)
        if ended == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    found = []
    with miniature(cut_off) as server, client_of(server.port, record) as client:
        for cut in range(len(answer) + 1):
            response = client.get("/").response
            found.append((cut, good.ending_at(cut, ended), str(response.ending)))
    return found

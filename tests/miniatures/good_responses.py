"""Good answers as the reference apps give them, and what a bad one is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette_conformance.model.expectations import HTTP_DATE, Response, chunked, unordered
from tests.miniatures.raw_server import Script, closes, keeps_open

UVICORN = {"date": HTTP_DATE, "server": "uvicorn"}
TEXT = {"content-type": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class Good:
    """The bytes of an answer, and the expectation that it fulfils. DATE is the time of now."""

    answer: bytes
    expected: Response
    method: str = "GET"
    script: Callable[[bytes], Script] = keeps_open

    def but(self, old: bytes, new: bytes) -> bytes:
        """The answer with one part replaced."""
        assert self.answer.count(old) == 1, old
        return self.answer.replace(old, new)

    def without(self, part: bytes) -> bytes:
        return self.but(part, b"")

    def until(self, part: bytes) -> bytes:
        """The answer up to and with a part."""
        assert self.answer.count(part) == 1, part
        return self.answer.partition(part)[0] + part


@dataclass(frozen=True)
class Defect:
    """What a server sends instead of a good answer, and how what is received then differs."""

    good: Good
    answer: bytes
    received: dict[str, Any]
    script: Callable[[bytes], Script] = keeps_open
    seconds: float = 10.0


LIMIT = 200_000
"""Bytes that the client takes from a server that never stops."""

HELLO = Good(
    b"HTTP/1.1 200 OK\r\n"
    b"date: DATE\r\n"
    b"server: uvicorn\r\n"
    b"content-length: 19\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Hello Starlette !!!",
    Response(200, UVICORN | TEXT | {"content-length": "19"}, b"Hello Starlette !!!"),
)

HEAD = Good(
    HELLO.without(b"Hello Starlette !!!"),
    Response(200, UVICORN | TEXT | {"content-length": "19"}),
    "HEAD",
)

CLOSING = Good(
    HELLO.but(b"server:", b"connection: close\r\nserver:"),
    Response(
        200,
        UVICORN | TEXT | {"content-length": "19", "connection": "close"},
        b"Hello Starlette !!!",
        closes=True,
    ),
    script=closes,
)

REDIRECT = Good(
    b"HTTP/1.1 307 Temporary Redirect\r\n"
    b"date: DATE\r\n"
    b"server: uvicorn\r\n"
    b"content-length: 0\r\n"
    b"location: http://127.0.0.1:8000/user/Vader?side=dark\r\n"
    b"vary: Origin\r\n"
    b"\r\n",
    Response(
        307,
        UVICORN
        | {
            "content-length": "0",
            "location": "http://127.0.0.1:8000/user/Vader?side=dark",
            "vary": "Origin",
        },
    ),
)

CHALLENGE = Good(
    b"HTTP/1.1 401 Unauthorized\r\n"
    b"date: DATE\r\n"
    b"server: uvicorn\r\n"
    b"www-authenticate: Basic\r\n"
    b"content-length: 0\r\n"
    b"\r\n",
    Response(401, UVICORN | {"www-authenticate": "Basic", "content-length": "0"}),
)

NOT_ALLOWED = Good(
    b"HTTP/1.1 405 Method Not Allowed\r\n"
    b"date: DATE\r\n"
    b"server: uvicorn\r\n"
    b"content-length: 18\r\n"
    b"content-type: text/plain; charset=utf-8\r\n"
    b"allow: GET, HEAD\r\n"
    b"\r\n"
    b"Method Not Allowed",
    Response(
        405,
        UVICORN | TEXT | {"content-length": "18", "allow": unordered("GET", "HEAD")},
        b"Method Not Allowed",
    ),
    "POST",
)

NOT_MODIFIED = Good(
    b'HTTP/1.1 304 Not Modified\r\ndate: DATE\r\nserver: uvicorn\r\netag: "1"\r\n\r\n',
    Response(304, UVICORN | {"etag": '"1"'}),
)

STREAM = Good(
    b"HTTP/1.1 200 OK\r\n"
    b"date: DATE\r\n"
    b"server: uvicorn\r\n"
    b"content-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n"
    b"\r\n"
    b"b\r\ndata: 1\r\n\r\n\r\n"
    b"b\r\ndata: 2\r\n\r\n\r\n"
    b"b\r\ndata: 3\r\n\r\n\r\n"
    b"0\r\n\r\n",
    Response(
        200,
        UVICORN
        | {
            "content-type": "text/event-stream; charset=utf-8",
            "transfer-encoding": "chunked",
        },
        chunked(b"data: 1\r\n\r\n", b"data: 2\r\n\r\n", b"data: 3\r\n\r\n"),
    ),
)

GOOD = {
    "hello": HELLO,
    "head": HEAD,
    "closing": CLOSING,
    "redirect": REDIRECT,
    "challenge": CHALLENGE,
    "not allowed": NOT_ALLOWED,
    "not modified": NOT_MODIFIED,
    "stream": STREAM,
}

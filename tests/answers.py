"""Good answers as the reference apps give them, each with the expectation that it fulfils."""

from dataclasses import dataclass

from harness.expect import HTTP_DATE, Response, chunked, unordered

UVICORN = {"date": HTTP_DATE, "server": "uvicorn"}
TEXT = {"content-type": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class Good:
    """A request, the bytes that answer it well, and what a spec expects. DATE is the time of now."""

    answer: bytes
    expected: Response
    method: str = "GET"


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
    HELLO.answer.partition(b"Hello")[0],
    Response(200, UVICORN | TEXT | {"content-length": "19"}),
    "HEAD",
)

CLOSING = Good(
    HELLO.answer.replace(b"server:", b"connection: close\r\nserver:"),
    Response(
        200,
        UVICORN | TEXT | {"content-length": "19", "connection": "close"},
        b"Hello Starlette !!!",
        closes=True,
    ),
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

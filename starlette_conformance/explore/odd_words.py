"""What only mutations put into requests: in random ones a server would refuse too much for it."""

from collections.abc import Sequence

VERSIONS = (
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/0.9",
    "HTTP/1.2",
    "HTTP/2.0",
    "http/1.1",
    "HTTP/1.1x",
    "HTTP/11",
)
LINES = (
    *("", ":", "no colon", "A : b", " folded", "\tfolded: x", "X-Null: a\0b", "X-Two: a\rb"),
    *("Connection: close", "Connection: keep-alive, Upgrade", "Connection:"),
    *("Upgrade: websocket", "Upgrade: h2c", "Sec-WebSocket-Version: 13"),
    *("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: a, b"),
    *("Expect: 100-continue", "Expect: x", "TE: trailers", "Host: a", "Content-Length: 0"),
)
FRAMINGS: Sequence[tuple[list[str], bytes]] = (
    (["Transfer-Encoding: chunked"], b"5;a=b\r\nhello\r\n0\r\n\r\n"),
    (["Transfer-Encoding: chunked"], b"1\r\na\r\n2\r\nbc\r\n0\r\nX-Trailer: a\r\n\r\n"),
    (["Transfer-Encoding: chunked"], b"0\r\n\n"),
    (["Transfer-Encoding: chunked"], b"5\r\nhelloX\r\n0\r\n\r\n"),
    (["Transfer-Encoding: chunked"], b"zz\r\nhello\r\n0\r\n\r\n"),
    (["Transfer-Encoding: chunked"], b"5\r\nhel"),
    (["Transfer-Encoding: chunked"], b"f" * 30 + b"\r\n"),
    (["Transfer-Encoding: chunked"], b"0\r\nno colon\r\n\r\n"),
    (["Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
    (["Transfer-Encoding: identity"], b""),
    (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
    (["Transfer-Encoding: chunked", "Content-Length: 5"], b"5\r\nhello\r\n0\r\n\r\n"),
    (["Content-Length: 5", "Content-Length: 5"], b"hello"),
    (["Content-Length: 5", "Content-Length: 6"], b"hello!"),
    (["Content-Length: 5, 5"], b"hello"),
    (["Content-Length: +5"], b"hello"),
    (["Content-Length: -1"], b""),
    (["Content-Length: x"], b""),
    ([f"Content-Length: {'9' * 30}"], b"x"),
    (["Content-Length: 5", "Expect: 100-continue"], b""),
)
"""Header lines, and the body that follows them."""

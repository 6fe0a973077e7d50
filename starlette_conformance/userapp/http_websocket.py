"""A WebSocket in an `.http` file, as the HTTP Client of JetBrains writes it.

    WEBSOCKET ws://localhost:8000/chat
    Sec-WebSocket-Protocol: json

    {"join": "lobby"}
    === wait-for-server
    {"say": "hello"}
    ===
    {"say": "bye"}
    === wait-for-server
    === wait-for-server

Messages stand between lines that begin with `===`; `wait-for-server` waits for one of the server's.
At the end, whatever comes is awaited, and then the client closes with 1000.
"""

import re

from starlette_conformance.userapp.http_body import body_of
from starlette_conformance.userapp.http_syntax import COMMENT, SHOWN, Lines
from starlette_conformance.userapp.http_variables import Variables

BETWEEN = re.compile(r"===[ \t]*(wait-for-server)?[ \t]*")
SEPARATOR = "==="
WAIT = "=== wait-for-server"
HEADERS = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}
"""What a handshake has (RFC 6455 section 4.1), where the file does not say so."""
NOT_SENT = {"sec-websocket-extensions"}


def handshake(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with those of a handshake."""
    named = {name.lower() for name, _ in headers}
    return [*headers, *((n, v) for n, v in HEADERS.items() if n.lower() not in named)]


def script_of(lines: Lines, variables: Variables) -> bytes:
    """What is sent and awaited, in the form of the file. Raises UsageError."""
    found: list[bytes] = []
    message: Lines = []
    for number, line in [*lines, (0, SEPARATOR)]:
        if not line.startswith(SEPARATOR):
            is_text = message or (line.strip() and not COMMENT.fullmatch(line))
            message += [(number, line)] if is_text else []
            continue
        between = BETWEEN.fullmatch(line)
        if between is None:
            what = f"only `===` and `{WAIT}` stand between messages: {line[:SHOWN]!r}"
            raise variables.refused(number, what)
        found += [text] if (text := body_of(message, "", variables)) else []
        found.append((WAIT if between[1] else SEPARATOR).encode())
        message = []
    return b"\n".join(found[:-1])


def actions(script: bytes) -> list[str | None]:
    """The messages to send in their order, and None where one of the server's is awaited."""
    found: list[str | None] = []
    message: list[str] = []
    for line in [*script.decode("utf-8", "replace").split("\n"), SEPARATOR]:
        if line not in {SEPARATOR, WAIT}:
            message.append(line)
            continue
        found += ["\n".join(message)] if message else []
        found += [None] if line == WAIT else []
        message = []
    return found

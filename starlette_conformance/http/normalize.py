"""What is random on the wire, in this one place: it is masked before two responses are compared.

- the date of now, where it has the form of one;
- the order of the methods in Allow, which is that of a set;
- the boundary between parts, wherever it stands; its length stays;
- the port of the server;
- the versions of Python and websockets, where Server names both;
- the moment in a ping of a stream;
- how much of an endless stream came before the client left: EVENTS of it count;
- how a body is cut into chunks, and so which of them has an extension;
- how much came after the first response, where several requests were sent together;
- a close that nothing announced, which comes before or after the client's last look.
"""

import re
from dataclasses import replace
from typing import Any

from starlette_conformance.http.event_stream import EVENTS, first_events
from starlette_conformance.http.exchange import observed
from starlette_conformance.http.message import Message
from starlette_conformance.http.parser import read
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import without_port
from starlette_conformance.servers.adapter import Adapter

LEFT = ("no last chunk: left by the client", "the body does not end: left by the client")
DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
BOUNDARY = re.compile(r"(?<=; boundary=)([0-9a-f]{26}|[0-9a-z]{13})\Z")
VERSIONS = re.compile(r"Python/\S+ websockets/\S+")
OWN_NAME = "Python/VERSION websockets/VERSION"
PING = re.compile(
    rb"(?m)^((?:data: )?: ping (?:- )?|event: ping\r\ndata: )"
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?"
)


def masked(
    data: bytes,
    method: str,
    ended: str,
    closed: bool,
    closes: bool,
    port: int,
    server: Adapter,
    events: int = EVENTS,
) -> Response:
    """The response in the bytes that a server on a port sent, with what is random masked.

    `closed` says that the server closed the connection, `closes` that it did so by itself;
    `events` count of a stream that the client left.
    """
    message = read(data, method, closed)  # as it is: its framing counts the digits of the port
    response = observed(message, len(data), ended, closes, at=0.0)
    headers, trailers = (
        {name: _header(name, _without_port(value, port)) for name, value in lines.items()}
        for lines in (response.headers, response.trailers)
    )
    body = b"".join(response.body) if isinstance(response.body, tuple) else response.body
    if response.ending in LEFT:
        body = first_events(body, events)
    ending = "more after the end" if response.ending.endswith("after the end") else response.ending
    extensions = _extensions(message, len(body))
    body = masked_body(body, port)
    for name in ("content-type", "content-range"):
        found = BOUNDARY.search(str(headers.get(name, "")))
        if found:
            word = ("boundary" * 4)[: len(found[1])]
            headers[name] = BOUNDARY.sub(word, headers[name])
            body = body.replace(found[1].encode(), word.encode())
    foreseen = closes and server.may_close(message.status, message.announces_close)
    return replace(
        response,
        headers=headers,
        body=body,
        ending=_without_port(ending, port),
        closes=foreseen,
        extensions=extensions,
        trailers=trailers,
    )


def masked_body(body: bytes, port: int) -> bytes:
    """Without the port of the server, and the moments of pings."""
    return PING.sub(rb"\1TIME", without_port(body, port))


def _extensions(message: Message, length: int) -> tuple[str, ...]:
    """Those of the chunks that hold the first `length` bytes, and of the last one, each once."""
    found, passed = [], 0
    for number, extension in enumerate(message.extensions):
        if message.whole or passed < length:
            found.append(extension)
        if number < len(message.chunks or ()):
            passed += len((message.chunks or ())[number])
    return tuple(dict.fromkeys(filter(None, found)))


def _without_port(value: Any, port: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_without_port(each, port) for each in value)
    if isinstance(value, str):
        return without_port(value.encode("latin-1"), port).decode("latin-1")
    return value


def _header(name: str, value: Any) -> Any:
    if name == "date" and isinstance(value, str) and DATE.fullmatch(value):
        return "DATE"
    if name == "server" and isinstance(value, str) and VERSIONS.fullmatch(value):
        return OWN_NAME
    if name == "allow" and isinstance(value, str):
        return ", ".join(sorted(value.split(", ")))
    return value

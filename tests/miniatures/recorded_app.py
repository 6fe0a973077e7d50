"""An ASGI app of no framework whose requests are recorded: a token, a session, an upload, a stream.

With PLANTED in its environment, one status is another.
"""

import asyncio
import gzip
import json
import os
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
TOKENS: set[str] = set()
STATUS = 418 if os.environ.get("PLANTED") else 200


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    path = scope["path"]
    if path == "/raises":
        raise RuntimeError("as planned")
    given = dict(scope["headers"])
    headers, status, body = {b"content-type": b"application/json"}, 200, b"{}"
    if path == "/token":
        TOKENS.add(token := secrets.token_urlsafe(24))
        body = json.dumps({"access_token": token}).encode()
        headers[b"set-cookie"] = f"session={token}; Path=/".encode()
    elif path == "/me":
        session = given.get(b"cookie", b"").partition(b"session=")[2].partition(b";")[0]
        bearer = given.get(b"authorization", b"")[7:]
        status = 200 if {bearer.decode(), session.decode()} <= TOKENS else 401
    elif path == "/upload":
        data, more = b"", True
        while more:
            message = await receive()
            data, more = data + message.get("body", b""), message.get("more_body", False)
        body = json.dumps(sum(data)).encode()
    elif path == "/status":
        status = STATUS
    elif path == "/packed":
        headers[b"content-encoding"] = b"gzip"
        body = gzip.compress(b'{"packed": true}', mtime=0)
    elif path == "/events":
        headers[b"content-type"] = b"text/event-stream"
    await send({"type": "http.response.start", "status": status, "headers": [*headers.items()]})
    for number in range(1000 if path == "/events" else 0):
        event = f"data: {number}\n\n".encode()
        await send({"type": "http.response.body", "body": event, "more_body": True})
        await asyncio.sleep(0.05)
    await send({"type": "http.response.body", "body": body})

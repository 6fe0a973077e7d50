"""An ASGI app of no framework, with what varies from run to run, and planted differences.

The differences are those of a NEW whose interpreter sets PLANTED.
"""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PLANTED = os.environ.get("PLANTED", "")
SESSIONS: set[str] = set()
TOKEN = secrets.token_hex(16)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    await receive()
    status, headers, body = 200, {"content-type": "text/plain"}, ""
    path = scope["path"]
    cookies = dict(scope["headers"]).get(b"cookie", b"").decode()
    if path == "/random":
        body = f'{{"token": "{TOKEN}", "number": 7, "at": {time.time()}}}'
    elif path == "/login":
        SESSIONS.add(TOKEN)
        headers["set-cookie"] = f"session={TOKEN}; Path=/" + "; Secure" * bool(PLANTED)
    elif path == "/me":
        status = 200 if cookies.removeprefix("session=") in SESSIONS else 401
    elif path == "/only-new":
        body = f"id={secrets.token_hex(8) if PLANTED else 'fixed'}; name=tea"
    elif path == "/only-new-and-more":
        body = f"id={secrets.token_hex(8)}; name=milk" if PLANTED else "id=fixed; name=tea"
    elif path == "/status":
        status = 418 if PLANTED else 200
    elif path == "/flaky":
        status = 200 + int(TOKEN, 16) % 40
    elif path == "/sometimes":
        status = 200 if os.environ["PYTHONHASHSEED"] == "0" else 409
    elif path == "/hangs":
        await asyncio.sleep(30)
    elif path == "/hangs-on-new":
        await asyncio.sleep(30 if PLANTED else 0)
    elif path == "/dies":
        os._exit(7)
    if path == "/events":
        headers["content-type"] = "text/event-stream"
    start = {"type": "http.response.start", "status": status}
    await send(start | {"headers": [(k.encode(), v.encode()) for k, v in headers.items()]})
    while path == "/events":
        event = f"data: {time.time()}\n\n".encode()
        await send({"type": "http.response.body", "body": event, "more_body": True})
        await asyncio.sleep(0.05)
    await send({"type": "http.response.body", "body": body.encode()})


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    """Its lifespan fails."""
    assert scope["type"] == "lifespan"
    await receive()
    raise_or_tell = {"type": "lifespan.startup.failed", "message": "RuntimeError: no database"}
    await send(raise_or_tell)

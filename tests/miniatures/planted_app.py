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
BODIES = {
    "/random": f'{{"token": "{TOKEN}", "number": 7, "at": {time.time()}}}',
    "/only-new": f"id={TOKEN if PLANTED else 'fixed'}; name=tea",
    "/only-new-and-more": f"id={TOKEN}; name=milk" if PLANTED else "id=fixed; name=tea",
}
STATUSES = {
    "/status": 418 if PLANTED else 200,
    "/flaky": 200 + int(TOKEN, 16) % 100,
    "/sometimes": 200 if os.environ["PYTHONHASHSEED"] == "0" else 409,
}
SECONDS = {"/hangs": 30, "/hangs-on-new": 30 if PLANTED else 0}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError
    await receive()
    path = scope["path"]
    status, headers = STATUSES.get(path, 200), {"content-type": "text/plain"}
    if path == "/login":
        SESSIONS.add(TOKEN)
        headers["set-cookie"] = f"session={TOKEN}; Path=/" + "; Secure" * bool(PLANTED)
    elif path == "/me":
        cookie = dict(scope["headers"]).get(b"cookie", b"").decode()
        status = 200 if cookie.removeprefix("session=") in SESSIONS else 401
    elif path == "/events":
        headers["content-type"] = "text/event-stream"
    elif path == "/dies":
        os._exit(7)
    await asyncio.sleep(SECONDS.get(path, 0))
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    while path == "/events":
        await asyncio.sleep(0.05)
        event = f"data: {time.time_ns()}\n\n".encode()  # as long each time
        await send({"type": "http.response.body", "body": event, "more_body": True})
    await send({"type": "http.response.body", "body": BODIES.get(path, "").encode()})


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    """Its lifespan fails."""
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "RuntimeError: no database"})

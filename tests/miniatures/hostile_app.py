"""An app that tries to speak through us: in statuses, headers, bodies, events and its log.

Its responses differ between the two stacks by PLANTED alone.
"""

import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tests.miniatures.hostile_text import ATTEMPTS

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
PLANTED = os.environ.get("PLANTED", "")
TEXTS = [text.encode("utf-8", "replace") for text in ATTEMPTS.values()]


async def app(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """The text of the number in the path, in a header and in the body."""
    if scope["type"] != "http":
        return
    await receive()
    number = int(scope["path"].strip("/") or "0")
    text = TEXTS[number]
    print(text.decode(), file=sys.stderr, flush=True)
    value = text.translate(None, bytes([*range(32), 127])).strip()
    headers = [(b"x-forged", value + PLANTED.encode()), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = text + b"\n" + text + PLANTED.encode()
    await send({"type": "http.response.body", "body": body})

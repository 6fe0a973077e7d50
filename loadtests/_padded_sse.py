"""The app `sse`, with a comment before each event, so that a client that stops reading soon fills
what is between it and the server.
"""

import argparse
import logging
import os
import runpy
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

SSE = Path(__file__).parent.parent / "apps" / "sse.py"
Message = MutableMapping[str, Any]


class Padded:
    """ASGI around an app: `padding` bytes before each event that it sends."""

    def __init__(self, app: Any, padding: int) -> None:
        self.app = app
        self.padding = padding

    async def __call__(
        self, scope: Message, receive: Any, send: Callable[[Message], Awaitable[None]]
    ) -> None:
        async def padded(message: Message) -> None:
            if message.get("body", b"").startswith(b"data: "):
                message["body"] = b": %s\r\n%s" % (b"x" * self.padding, message["body"])
            await send(message)

        await self.app(scope, receive, padded)


app = Padded(runpy.run_path(str(SSE))["app"], int(os.environ.get("APP_PADDING", "0")))

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--interval", type=float, default=1.5, help="seconds between two events")
    parser.add_argument("--padding", type=int, default=0, help="bytes before each event")
    options = parser.parse_args()
    app.padding = options.padding
    app.app.state.interval = options.interval
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    logging.info("Starting server...")
    uvicorn.run(app, host="127.0.0.1", port=options.port)

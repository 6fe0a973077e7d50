"""A page that counts to five by Server-Sent Events, and the stream that it listens to."""

import argparse
import asyncio
import logging
import os
from typing import AsyncIterator, Dict

from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGE = """\
<!DOCTYPE html>
<html lang="en">
    <head>
        <meta charset="UTF-8">
        <title>Server-Sent Events</title>
    </head>
    <body>
        <h3>Response from server:</h3>
        <div id="data"></div>
        <script>
            const source = new EventSource("/stream");
            source.onmessage = (event) => {
                document.getElementById("data").innerHTML += event.data + " ";
                if (event.data === "5") {
                    source.close();
                }
            };
        </script>
    </body>
</html>
"""


async def page(request: Request) -> HTMLResponse:
    logging.info("Received request: %s on %s", request.method, request.url.path)
    return HTMLResponse(PAGE)


async def count(request: Request) -> AsyncIterator[Dict[str, int]]:
    number = 0
    while True:
        logging.info("Check if client disconnected ...")
        if await request.is_disconnected():
            logging.info("Client disconnected !!!")
            break
        await asyncio.sleep(request.app.state.interval)
        number += 1
        event = {"data": number}
        logging.info("Event: %s", event)
        yield event


async def stream(request: Request) -> EventSourceResponse:
    logging.info("Received request: %s on %s", request.method, request.url.path)
    return EventSourceResponse(count(request))


app = Starlette(
    routes=[Route("/", page), Route("/stream", stream)],
    middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
)
app.state.interval = float(os.environ.get("APP_INTERVAL", "1.5"))

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument(
        "--interval", type=float, default=app.state.interval, help="seconds between two events"
    )
    options = parser.parse_args()
    app.state.interval = options.interval
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    logging.info("Starting server...")
    uvicorn.run(app, host="127.0.0.1", port=options.port)

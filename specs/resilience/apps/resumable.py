"""A stream that a client can resume: the id of an event is its number, and Last-Event-ID counts."""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator

import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route


async def count(last: int, interval: float) -> AsyncIterator[dict[str, str]]:
    while True:
        await asyncio.sleep(interval)
        last += 1
        yield {"id": str(last), "data": str(last)}


async def stream(request: Request) -> EventSourceResponse:
    last = int(request.headers.get("last-event-id", "0"))
    return EventSourceResponse(count(last, request.app.state.interval))


app = Starlette(routes=[Route("/stream", stream)])

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--interval", type=float, default=1.5, help="seconds between two events")
    options = parser.parse_args()
    app.state.interval = options.interval
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

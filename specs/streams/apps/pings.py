"""Streams on which events and pings take turns: each as far from the next as `--interval` says."""

import argparse
import asyncio
import itertools
import logging
from typing import Any, AsyncIterator, Dict

import uvicorn
from sse_starlette.sse import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def events(interval: float) -> AsyncIterator[Dict[str, int]]:
    """Each at its time, however late the one before it was."""
    loop = asyncio.get_event_loop()
    begin = loop.time()
    for number in itertools.count(1):
        await asyncio.sleep(begin + (2 * number - 1) * interval - loop.time())
        yield {"data": number}


def pinged(request: Request, **given: Any) -> Response:
    interval: float = request.app.state.interval
    return EventSourceResponse(events(interval), **{"ping": 2 * interval, **given})


async def usual(request: Request) -> Response:
    return pinged(request)


async def separated(request: Request) -> Response:
    return pinged(request, sep="\n")


async def own(request: Request) -> Response:
    numbers = itertools.count(1)
    return pinged(
        request, ping_message_factory=lambda: ServerSentEvent(next(numbers), event="tick")
    )


async def own_dictionary(request: Request) -> Response:
    return pinged(request, ping_message_factory=lambda: {"comment": "alive"})


async def never(request: Request) -> Response:
    return pinged(request, ping=0)


app = Starlette(
    routes=[
        Route("/usual", usual),
        Route("/separated", separated),
        Route("/own", own),
        Route("/own-dictionary", own_dictionary),
        Route("/never", never),
    ]
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--interval", type=float, default=0.5, help="from an event to a ping")
    options = parser.parse_args()
    app.state.interval = options.interval
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

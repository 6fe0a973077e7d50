"""Streams with what sse-starlette offers beside events: limits, handlers, and a last word."""

import argparse
import logging
from collections.abc import AsyncIterator
from typing import Any

import anyio
import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SEND_SECONDS = 0.3
GRACE_SECONDS = 5
LAST_WORD_SECONDS = 0.5


async def events(data: str, seconds: float) -> AsyncIterator[dict[str, str]]:
    try:
        while True:
            yield {"data": data}
            await anyio.sleep(seconds)
    finally:
        logging.info("Stream has ended")


async def stalled(request: Request) -> Response:
    return EventSourceResponse(events("x" * 65536, 0), send_timeout=SEND_SECONDS)


async def told(message: Any) -> None:
    logging.info("Client is gone: %s", message["type"])


async def left(request: Request) -> Response:
    return EventSourceResponse(
        events("1", 0.2),
        client_close_handler_callable=told,
        background=BackgroundTask(logging.info, "Background task is done"),
    )


async def last_words(request: Request) -> Response:
    shutdown = anyio.Event()

    async def until_then() -> AsyncIterator[dict[str, str]]:
        yield {"data": "1"}
        await shutdown.wait()
        await anyio.sleep(LAST_WORD_SECONDS)
        yield {"data": "bye"}

    return EventSourceResponse(
        until_then(), shutdown_event=shutdown, shutdown_grace_period=GRACE_SECONDS
    )


async def pushed(request: Request) -> Response:
    sender, receiver = anyio.create_memory_object_stream[dict[str, str]](0)

    async def push() -> None:
        async with sender:
            for number in range(3):
                await sender.send({"data": str(number)})

    task = BackgroundTask(logging.info, "Background task is done")
    return EventSourceResponse(receiver, data_sender_callable=push, background=task)


app = Starlette(
    routes=[
        Route("/stalled", stalled),
        Route("/left", left),
        Route("/last-words", last_words),
        Route("/pushed", pushed),
    ]
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--interval", type=float, help="as the app of another script has it")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

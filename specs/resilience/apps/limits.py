"""A response that takes its time, streams without an end, and uploads: for limits of the server."""

import argparse
import asyncio
import inspect
import logging
from collections.abc import AsyncIterator

import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

SLOW_SECONDS = 0.5
NEXT_SECONDS = 0.4
"""Between two events."""


async def home(request: Request) -> Response:
    return PlainTextResponse("ok")


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("seconds", SLOW_SECONDS)))
    return PlainTextResponse("slow")


async def upload(request: Request) -> Response:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        logging.info("Upload was left")
        raise


async def numbers() -> AsyncIterator[bytes]:
    while True:
        yield b"1"
        await asyncio.sleep(NEXT_SECONDS)


async def endless(request: Request) -> Response:
    return StreamingResponse(numbers(), media_type="text/plain")


async def events() -> AsyncIterator[dict[str, str]]:
    async for number in numbers():
        yield {"data": number.decode()}


async def stream(request: Request) -> Response:
    return EventSourceResponse(events())


app = Starlette(
    routes=[
        Route("/", home),
        Route("/slow", slow),
        Route("/upload", upload, methods=["POST"]),
        Route("/endless", endless),
        Route("/stream", stream),
    ]
)

LIMITS = (
    "timeout_keep_alive",
    "timeout_graceful_shutdown",
    "limit_concurrency",
    "limit_max_requests",
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    for name in LIMITS:
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, help="as uvicorn's, where it has that"
        )
    options = parser.parse_args()
    given = {name: getattr(options, name) for name in LIMITS if getattr(options, name) is not None}
    known = inspect.signature(uvicorn.Config).parameters
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=options.port,
        **{name: value for name, value in given.items() if name in known},
    )

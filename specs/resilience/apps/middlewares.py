"""Slow responses and streams with background tasks, behind BaseHTTPMiddleware."""

import argparse
import asyncio
import logging
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

SLOW_SECONDS = 0.5
BACKGROUND_SECONDS = 0.1
LOOK_SECONDS = 0.05


class PassOn(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        if request.url.path == "/audited":
            response.background = BackgroundTask(background, "of the middleware")
        return response


async def background(name: str) -> None:
    await asyncio.sleep(BACKGROUND_SECONDS)
    logging.info("Background task %s is done", name)


async def slow(request: Request) -> Response:
    await asyncio.sleep(SLOW_SECONDS)
    logging.info("Slow response is there")
    return PlainTextResponse("ok", background=BackgroundTask(background, "of a response"))


async def audited(request: Request) -> Response:
    return PlainTextResponse("ok")


async def numbers() -> AsyncIterator[bytes]:
    try:
        while True:
            yield b"1"
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        logging.info("Generator has ended")


async def stream(request: Request) -> Response:
    task = BackgroundTask(background, "of a stream")
    return StreamingResponse(numbers(), background=task)


async def until_left(request: Request) -> Response:
    while not await request.is_disconnected():
        await asyncio.sleep(LOOK_SECONDS)
    logging.info("Client has left")
    return PlainTextResponse("ok")


ROUTES = [
    Route("/slow", slow),
    Route("/audited", audited),
    Route("/stream", stream),
    Route("/until-left", until_left),
]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--layers", type=int, default=1, help="middlewares around the app")
    options = parser.parse_args()
    app = Starlette(routes=ROUTES, middleware=[Middleware(PassOn)] * options.layers)
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

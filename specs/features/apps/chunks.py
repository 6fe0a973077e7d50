"""Responses of several chunks, as StreamingResponse takes them."""

import argparse
import logging
from typing import Any, AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

CHUNKS = 100
LARGE = b"".join(b"%07d\n" % number for number in range(25_000))


async def numbers() -> AsyncIterator[Any]:
    for number in range(CHUNKS):
        yield b"%d\n" % number


def synchronous() -> Iterator[bytes]:
    for number in range(CHUNKS):
        yield b"%d\n" % number


async def many(request: Request) -> Response:
    return StreamingResponse(numbers(), media_type="text/plain")


async def by_threads(request: Request) -> Response:
    return StreamingResponse(synchronous(), media_type="text/plain")


async def text(request: Request) -> Response:
    return StreamingResponse(iter(["gr\u00fcn", "", b"blue", "\U0001f40d"]), 201)


async def large(request: Request) -> Response:
    return StreamingResponse(iter([LARGE[:65536], LARGE[65536:]]), media_type="image/x-large")


async def empty(request: Request) -> Response:
    return StreamingResponse(iter([b""]), headers={"X-Own": "1"})


async def with_length(request: Request) -> Response:
    return StreamingResponse(iter([b"one", b"two"]), headers={"Content-Length": "6"})


async def failing(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        raise RuntimeError("no second chunk")

    return StreamingResponse(chunks())


app = Starlette(
    routes=[
        Route("/many", many),
        Route("/by-threads", by_threads),
        Route("/text", text),
        Route("/large", large),
        Route("/empty", empty),
        Route("/with-length", with_length),
        Route("/failing", failing),
    ]
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

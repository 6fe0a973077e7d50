"""A stream of events of 64 KiB, as fast as its client reads them, and a short one."""

import argparse
from collections.abc import AsyncIterator

import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def events() -> AsyncIterator[dict[str, str]]:
    while True:
        yield {"data": "x" * 65536}


async def stream(request: Request) -> EventSourceResponse:
    return EventSourceResponse(events(), ping=1)


async def three() -> AsyncIterator[dict[str, str]]:
    for number in "123":
        yield {"data": number}


async def short(request: Request) -> EventSourceResponse:
    return EventSourceResponse(three())


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", home), Route("/stream", stream), Route("/short", short)])

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    uvicorn.run(app, host="127.0.0.1", port=options.port)

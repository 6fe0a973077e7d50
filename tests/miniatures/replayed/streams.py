"""Streams that never end: one that ticks, idle ones, and one whose messages are posted."""

import asyncio
import secrets
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

SESSIONS: dict[str, asyncio.Queue[str]] = {}
EVENT_STREAM = "text/event-stream"


async def ticks(_: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        for number in range(1000):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.02)

    return StreamingResponse(events(), media_type=EVENT_STREAM)


async def idle(_: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        yield "data: hello\n\n"
        await asyncio.sleep(3600)

    return StreamingResponse(events(), media_type=EVENT_STREAM)


async def connect(_: Request) -> Response:
    session = secrets.token_hex(8)
    SESSIONS[session] = asyncio.Queue()

    async def events() -> AsyncIterator[str]:
        yield f"event: endpoint\ndata: /messages?session={session}\n\n"
        try:
            while True:
                yield f"data: {await SESSIONS[session].get()}\n\n"
        finally:
            del SESSIONS[session]

    return StreamingResponse(events(), media_type=EVENT_STREAM)


async def post(request: Request) -> Response:
    if request.query_params["session"] not in SESSIONS:
        return JSONResponse({"error": "no such session"}, 404)
    SESSIONS[request.query_params["session"]].put_nowait((await request.body()).decode())
    return PlainTextResponse("Accepted", 202)


async def count(_: Request) -> Response:
    return JSONResponse(len(SESSIONS))


app = Starlette(
    routes=[
        Route("/ticks", ticks),
        Route("/idle", idle),
        Route("/sse", connect),
        Route("/messages", post, methods=["POST"]),
        Route("/count", count),
    ]
)

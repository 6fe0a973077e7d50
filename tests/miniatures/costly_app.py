"""An app whose responses cost more, are wrong, or are others each time, as PLANTED says."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

PLANTED = os.environ.get("PLANTED", "")
if PLANTED == "does not start":
    raise RuntimeError("no such luck")

TIRED = int(os.environ.get("TIRED", "1000000"))
made: list[str] = []
tired: list[str] = []
registered: list[str] = []


async def work(_: Request) -> Response:
    if PLANTED == "works":
        sum(number * number for number in range(2000))
    return PlainTextResponse("done")


async def breaks(_: Request) -> Response:
    return PlainTextResponse("", 500 if PLANTED else 200)


async def varies(_: Request) -> Response:
    made.append("x")
    return PlainTextResponse("x" * len(made))


async def identified(_: Request) -> Response:
    return PlainTextResponse("the same", headers={"x-request-id": secrets.token_hex(8)})


async def login(_: Request) -> Response:
    return JSONResponse({"token": "t-12345"})


async def me(request: Request) -> Response:
    right = request.headers.get("authorization") == "Bearer t-12345"
    return PlainTextResponse("me", 200 if right else 401)


async def make(_: Request) -> Response:
    made.append("x")
    return JSONResponse({"number": "x" * len(made)}, 201)


async def tenth(_: Request) -> Response:
    return Response(status_code=200 if len(made) >= 10 else 404)


async def register(_: Request) -> Response:
    registered.append("x")
    return Response(status_code=201 if len(registered) == 1 else 409)


async def tires(_: Request) -> Response:
    """It fails from some request on."""
    tired.append("x")
    return PlainTextResponse("no more", 503 if len(tired) > TIRED else 200)


async def slow(_: Request) -> Response:
    await asyncio.sleep(0.25)
    return PlainTextResponse("at last")


async def stream(_: Request) -> Response:
    async def events() -> AsyncIterator[str]:
        while True:
            yield "data: x\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(events(), media_type="text/event-stream")


app = Starlette(
    routes=[
        *[Route(f"/{each.__name__}", each) for each in (work, breaks, varies, identified)],
        *[Route(f"/{each.__name__}", each) for each in (me, tires, slow, stream, tenth)],
        *[Route(f"/{each.__name__}", each, methods=["POST"]) for each in (login, make, register)],
    ]
)

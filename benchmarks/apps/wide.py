"""What no reference app takes, and the gate sends: a request for a large file, many headers and
cookies, an upload; and what responds in parts, behind middlewares, or after it has waited.
"""

import argparse
import asyncio
import logging
import time
from typing import Any, AsyncIterator, Dict

from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

WAITS = 0.03
"""Seconds."""
PART = b"0123456789abcdef" * 256


async def headers(request: Request) -> Response:
    """Reads all that came, and sends many headers back."""
    found = request.headers
    names = len(found.items()) + ("x-absent" in found) + len(found.getlist("accept"))
    response = PlainTextResponse(f"{names} {len(request.cookies)} {len(request.query_params)}")
    for number in range(10):
        response.headers[f"X-Response-{number}"] = "value"
    response.set_cookie("session", "0123456789abcdef" * 8)
    return response


async def upload(request: Request) -> Response:
    return JSONResponse({"items": len(await request.json()), "bytes": len(await request.body())})


async def parts(request: Request) -> Response:
    async def content() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield PART

    return StreamingResponse(content(), media_type="application/octet-stream")


async def events(request: Request) -> Response:
    async def content() -> AsyncIterator[Dict[str, Any]]:
        for number in range(20):
            lines = "\n".join(["a line of an event"] * 20)
            yield {"event": "update", "id": str(number), "retry": 3000, "data": lines}

    return EventSourceResponse(content())


async def late_events(request: Request) -> Response:
    async def content() -> AsyncIterator[Dict[str, str]]:
        await asyncio.sleep(WAITS)
        yield {"data": "late"}

    return EventSourceResponse(content())


async def waits(request: Request) -> Response:
    await asyncio.sleep(WAITS)
    return PlainTextResponse("waited")


def blocks(request: Request) -> Response:
    """In a thread."""
    time.sleep(WAITS)
    return PlainTextResponse("blocked")


async def user(request: Request) -> Response:
    values = [request.path_params["name"], *request.cookies.values(), *request.query_params]
    return PlainTextResponse(" ".join(values) * 20)


async def passed(request: Request, call_next: Any) -> Any:
    return await call_next(request)


app = Starlette(
    routes=[
        *(Route(f"/unused/{{name}}/{number}", user) for number in range(20)),
        Route("/headers", headers),
        Route("/upload", upload, methods=["POST"]),
        Route("/parts", parts),
        Route("/events", events),
        Route("/late-events", late_events),
        Route("/waits", waits),
        Route("/blocks", blocks),
        Route("/user/{name}", user),
        Mount("/files", StaticFiles(directory="html")),
        Mount(
            "/middlewares",
            Starlette(
                routes=[Route("/{name}", user)],
                middleware=[
                    Middleware(BaseHTTPMiddleware, dispatch=passed),
                    Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "*.example"]),
                    Middleware(CORSMiddleware, allow_origin_regex="https://.*", max_age=60),
                    Middleware(GZipMiddleware, minimum_size=100),
                ],
            ),
        ),
    ]
)

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port, timeout_keep_alive=3600)

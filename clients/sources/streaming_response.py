"""A StreamingResponse whose app writes its events itself, and cuts them where it likes."""

import argparse
import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

PARTS = ("data: 1\n", "\n", "event: added\nid: 7\ndata: 2\n\nda", "ta: 3\n\n", ": bye\n\n")


async def parts() -> AsyncIterator[str]:
    for part in PARTS:
        yield part
        await asyncio.sleep(0.05)


async def stream(_: Request) -> StreamingResponse:
    return StreamingResponse(parts(), media_type="text/event-stream")


app = Starlette(routes=[Route("/stream", stream)])

if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port)

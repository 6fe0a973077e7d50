"""FastAPI's own Server-Sent Events: fields, and the ping that comes after 15 seconds."""

import argparse
import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()


@app.get("/stream", response_class=EventSourceResponse)
async def stream() -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(data=1)
    yield ServerSentEvent(data=2, event="added", id="7", retry=3000, comment="a comment")
    await asyncio.sleep(16)
    yield ServerSentEvent(raw_data="3")
    yield ServerSentEvent(comment="a comment alone")
    yield ServerSentEvent(data=4)


if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port)

"""A stream that reads from what its dependency has closed, after a pause (FastAPI 0.106.0)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def database() -> AsyncIterator[dict[str, bool]]:
    found = {"open": True}
    try:
        yield found
    finally:
        found["open"] = False


async def _events(database: dict[str, bool], pause: float) -> AsyncIterator[str]:
    for number in range(3):
        yield f"data: token {number}\n\n"
    await asyncio.sleep(pause)
    if not database["open"]:
        raise RuntimeError("the session is closed")
    yield "data: [DONE]\n\n"


async def chat(
    kind: str, pause: float, db: Annotated[dict[str, bool], Depends(database)]
) -> StreamingResponse:
    return StreamingResponse(_events(db, pause), media_type=f"text/{kind}")


app.add_api_route("/{kind}/{pause}", chat)

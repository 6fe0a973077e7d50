"""A small shop on FastAPI, to be judged by `starlette-conformance diff OLD NEW --app shop:app`.

What differs from run to run is there on purpose: a session, ids, the time, and how long it took.
"""

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    StreamingResponse,
)
from fastapi.security import HTTPBearer
from pydantic import BaseModel

HERE = Path(__file__).parent
PAGE = """<!doctype html>
<title>Shop</title>
<form method="post" action="/feedback">
<input type="hidden" name="token" value="{token}"><input name="text">
</form>
"""


class Item(BaseModel):
    name: str
    price: float
    tags: list[str] = []


app = FastAPI(title="Shop")
items: dict[int, Item] = {1: Item(name="tea", price=3.5, tags=["green"])}
sessions: dict[str, str] = {}


@app.middleware("http")
async def tell_how_long_it_took(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    response.headers["X-Took"] = f"{time.perf_counter() - began:.6f}"
    response.headers["X-Request-Id"] = str(uuid.uuid4())
    return response


@app.get("/", response_class=HTMLResponse)
async def page() -> str:
    return PAGE.format(token=secrets.token_urlsafe(24))


@app.get("/items")
async def list_items(limit: int = 10) -> list[Item]:
    return list(items.values())[:limit]


@app.get("/items/{number}")
async def read_item(number: int) -> Item:
    if number not in items:
        raise HTTPException(404, "no such item")
    return items[number]


@app.post("/items", status_code=201)
async def add_item(item: Item) -> dict[str, object]:
    number = len(items) + 1
    items[number] = item
    return {"number": number, "receipt": uuid.uuid4().hex, "at": datetime.now(UTC)}


@app.post("/feedback", response_class=PlainTextResponse)
async def feedback(text: str = Form(), stars: int = Form(5)) -> str:
    return f"{'*' * stars} {text}"


@app.get("/price-list")
async def price_list() -> FileResponse:
    return FileResponse(HERE / "prices.csv", media_type="text/csv", filename="prices.csv")


@app.get("/old-shop")
async def moved() -> RedirectResponse:
    return RedirectResponse("/items")


@app.post("/login")
async def log_in(response: Response, name: str = Form()) -> dict[str, str]:
    key = secrets.token_urlsafe(24)
    sessions[key] = name
    response.set_cookie("session", key, httponly=True, max_age=3600)
    return {"hello": name}


@app.get("/me")
async def who_am_i(request: Request) -> dict[str, str]:
    key = request.cookies.get("session", "")
    if key not in sessions:
        raise HTTPException(401, "log in first")
    return {"name": sessions[key], "since": datetime.now(UTC).isoformat()}


@app.post("/logout", status_code=204)
async def log_out(response: Response) -> None:
    response.delete_cookie("session")


@app.get("/admin", dependencies=[Depends(HTTPBearer())])
async def admin() -> dict[str, int]:
    return {"items": len(items)}


@app.get("/offers")
async def offers() -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        number = 0
        while True:
            number += 1
            yield f"id: {uuid.uuid4()}\ndata: offer {number}\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(events(), media_type="text/event-stream")


@app.get("/teapot")
async def teapot() -> None:
    raise HTTPException(418)

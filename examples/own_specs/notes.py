"""A small app on plain Starlette: notes, readable from one other origin."""

import json

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

NOTES = [{"text": "buy milk"}]


async def list_notes(_: Request) -> JSONResponse:
    return JSONResponse(NOTES)


async def check_note(request: Request) -> JSONResponse:
    try:
        note = json.loads(await request.body())
    except ValueError:
        return JSONResponse({"error": "not JSON"}, status_code=400)
    return JSONResponse({"length": len(note["text"])})


app = Starlette(
    routes=[
        Route("/notes", list_notes),
        Route("/check", check_note, methods=["POST"]),
    ],
    middleware=[Middleware(CORSMiddleware, allow_origins=["https://notes.example"])],
)

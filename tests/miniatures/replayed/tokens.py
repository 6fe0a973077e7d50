"""Responses that give what later requests must send: a token, an id, a form's hidden field."""

import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

TOKENS: set[str] = set()
FORMS: set[str] = set()
THINGS: dict[str, str] = {}


async def login(_: Request) -> Response:
    TOKENS.add(token := secrets.token_urlsafe(24))
    return JSONResponse({"access_token": token})


async def me(request: Request) -> Response:
    known = request.headers.get("authorization", "")[7:] in TOKENS
    return JSONResponse({"known": known}, 200 if known else 401)


async def form(_: Request) -> Response:
    FORMS.add(token := secrets.token_urlsafe(24))
    return HTMLResponse(f'<form><input type="hidden" name="csrf" value="{token}"></form>')


async def upload(request: Request) -> Response:
    body = (await request.body()).decode()
    return Response(status_code=200 if any(token in body for token in FORMS) else 403)


async def create(request: Request) -> Response:
    THINGS[number := secrets.token_hex(8)] = (await request.body()).decode()
    return JSONResponse({"id": number}, 201)


async def read(request: Request) -> Response:
    found = THINGS.get(request.path_params["number"])
    return JSONResponse({"thing": found}, 200 if found else 404)


app = Starlette(
    routes=[
        Route("/token", login, methods=["POST"]),
        Route("/me", me),
        Route("/form", form),
        Route("/upload", upload, methods=["POST"]),
        Route("/things", create, methods=["POST"]),
        Route("/things/{number}", read),
    ]
)

"""Responds with what of a request reaches an app."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def echo(request: Request) -> JSONResponse:
    body = (await request.body()).decode()
    return JSONResponse({"body": body, "upgrade": request.headers.get("upgrade")})


async def home(request: Request) -> JSONResponse:
    response = JSONResponse({"cookie": request.headers.get("cookie")})
    response.set_cookie("sid", "from-the-app")
    return response


app = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"]), Route("/", home)])

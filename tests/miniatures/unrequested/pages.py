"""An app without a document: pages that lead to others, and a form with a token."""

import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

given: set[str] = set()
PAGE = """<a href="/count/2?by=3">count</a> <a href="http://127.0.0.1:1/">elsewhere</a>
<form method="post" action="/said"><input type="hidden" name="token" value="{}">
<input name="word"></form>
"""


async def page(_: Request) -> Response:
    given.add(token := secrets.token_urlsafe(12))
    return HTMLResponse(PAGE.format(token))


async def count(request: Request) -> Response:
    by = int(request.query_params.get("by", "1"))
    return JSONResponse({"count": request.path_params["number"] * by})


async def said(request: Request) -> Response:
    body = (await request.body()).decode()
    known = any(token in body for token in given)
    return PlainTextResponse("said" if known else "who?", 200 if known else 403)


below = [Route("/count/{number:int}", count), Route("/said", said, methods=["POST"])]
app = Starlette(routes=[Route("/", page), Mount("/", routes=below)])

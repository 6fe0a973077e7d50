"""Pages behind a login form, whose hidden field has another token each time, with `+` in it."""

import base64
import secrets
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

tokens: set[str] = set()
sessions: set[str] = set()
FORM = """<form method="post"><input type="hidden" name="form[csrf]" value="{}">
<input name="username"><input type="password" name="password"><button>Log in</button></form>
"""


async def show(_: Request) -> Response:
    token = "+" + base64.b64encode(secrets.token_bytes(16)).decode()
    tokens.add(token)
    return HTMLResponse(FORM.format(token))


async def log_in(request: Request) -> Response:
    form = {key: value[0] for key, value in parse_qs((await request.body()).decode()).items()}
    if form.get("form[csrf]") not in tokens:
        return PlainTextResponse("forged", 403)
    if (form.get("username"), form.get("password")) != ("grace", "cobol"):
        return PlainTextResponse("who?", 401)
    response = RedirectResponse("/admin", 303)
    sessions.add(sid := secrets.token_hex(16))
    response.set_cookie("sid", sid)
    return response


def is_in(request: Request) -> bool:
    return request.cookies.get("sid") in sessions


async def admin(request: Request) -> Response:
    if not is_in(request):
        return RedirectResponse("/login", 303)
    return HTMLResponse('<a href="/admin/report?of=1">report</a> <a href="/logout">leave</a>')


async def report(request: Request) -> Response:
    of = request.query_params.get("of")
    return PlainTextResponse(f"report {of}" if is_in(request) else "no", 200 if of else 404)


async def kept(request: Request) -> Response:
    by_key = request.headers.get("x-key") == "k"
    return PlainTextResponse("kept", 200 if is_in(request) and by_key else 403)


app = Starlette(
    routes=[
        Route("/admin", admin),
        Route("/login", show),
        Route("/login", log_in, methods=["POST"]),
        Route("/admin/report", report),
        Route("/kept", kept),
    ]
)

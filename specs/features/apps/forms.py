"""Forms, sessions and templates, which need python-multipart, itsdangerous and jinja2."""

import argparse
import logging
import tempfile
from pathlib import Path
from typing import Any

import itsdangerous
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.templating import Jinja2Templates

SIGNED = 1744419780


class Signer(itsdangerous.TimestampSigner):
    """So that a session has the same cookie at any time."""

    def get_timestamp(self) -> int:
        return SIGNED


itsdangerous.TimestampSigner = Signer  # type: ignore[misc]


async def form(request: Request) -> Response:
    limits: Any = {name: int(value) for name, value in request.query_params.items()}
    async with request.form(**limits) as fields:
        found = [[name, await shown(value)] for name, value in fields.multi_items()]
    return JSONResponse(found)


async def shown(value: Any) -> Any:
    if not isinstance(value, UploadFile):
        return value
    return [value.filename, value.content_type, value.size, (await value.read(3)).decode()]


async def see(request: Request) -> Response:
    return JSONResponse(dict(request.session))


async def count(request: Request) -> Response:
    request.session["count"] = request.session.get("count", 0) + 1
    return JSONResponse(dict(request.session))


async def forget(request: Request) -> Response:
    request.session.clear()
    return JSONResponse({})


async def unread(request: Request) -> Response:
    return JSONResponse("no session")


async def template(request: Request) -> Response:
    pages: Jinja2Templates = request.app.state.pages
    return pages.TemplateResponse(request, "page.html", dict(request.query_params), 201)


SESSIONS = Router(
    [
        Route("/", see),
        Route("/", count, methods=["POST"]),
        Route("/", forget, methods=["DELETE"]),
        Route("/unread", unread),
    ]
)
app = Starlette(
    routes=[
        Route("/form", form, methods=["POST"]),
        Route("/page", template, name="page"),
        Mount("/sessions", SessionMiddleware(SESSIONS, "secret")),
        Mount(
            "/strict",
            SessionMiddleware(
                SESSIONS,
                "secret",
                session_cookie="id",
                max_age=None,
                path="/strict",
                same_site="strict",
                https_only=True,
                domain="example.org",
            ),
        ),
    ]
)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        page = "<p>{{ name }} <a href='{{ url_for('page') }}'>{{ request.method }}</a></p>\n"
        Path(folder, "page.html").write_text(page, "utf-8")
        app.state.pages = Jinja2Templates(folder)
        uvicorn.run(app, host="127.0.0.1", port=options.port)

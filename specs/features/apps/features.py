"""What no reference app uses of Starlette, at a route or two each."""

import argparse
import asyncio
import contextlib
import logging
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.authentication import (
    AuthCredentials,
    AuthenticationBackend,
    AuthenticationError,
    SimpleUser,
    requires,
)
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.httpsredirect import HTTPSRedirectMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Host, Mount, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CHANGED = 1744419780.75
"""Seconds that are another number where they are rounded."""
LARGE = b"".join(b"%07d\n" % number for number in range(40_000))


async def cookies(request: Request) -> Response:
    return JSONResponse(request.cookies)


async def set_cookies(request: Request) -> Response:
    response = PlainTextResponse("set")
    response.set_cookie("plain", "a")
    response.set_cookie("empty")
    response.set_cookie("quoted", 'a b;"c"')
    response.set_cookie(
        "full",
        "b",
        max_age=60,
        expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
        path="/path",
        domain="example.org",
        secure=True,
        httponly=True,
        samesite="none",
    )
    response.set_cookie("bare", "c", path=None, samesite=None)
    response.delete_cookie("plain", path="/path", domain="example.org")
    name, value = response.raw_headers.pop()
    response.raw_headers.append((name, re.sub(rb"expires=[^;]+ GMT", b"expires=NOW", value)))
    return response


async def seen(request: Request) -> Response:
    """What a request says of itself."""
    return JSONResponse(
        {
            "method": request.method,
            "url": str(request.url),
            "base": str(request.base_url),
            "root": request.scope.get("root_path", ""),
            "raw": request.scope["raw_path"].decode("latin-1"),
            "query": request.query_params.multi_items(),
            "headers": [[n, v] for n, v in request.headers.items() if n.startswith("x-")],
            "client": request.client.host if request.client else None,
            "self": str(request.url_for("seen")),
        }
    )


async def body(request: Request) -> Response:
    data = await request.body()
    return PlainTextResponse(f"{len(data)} {sum(data)}")


async def first_part(request: Request) -> Response:
    async for part in request.stream():
        return PlainTextResponse(part[:1])
    return PlainTextResponse("none")


async def parsed(request: Request) -> Response:
    return JSONResponse(await request.json())


async def status(request: Request) -> Response:
    return Response(status_code=request.path_params["code"], headers={"X-Name": "\xe9\tb"})


async def no_content(request: Request) -> Response:
    return Response(b"", 204)


async def as_json(request: Request) -> Response:
    return JSONResponse({"text": "\xe9\u20ac</\U0001f600", "number": 1.0, "none": None, "list": []})


async def not_a_number(request: Request) -> Response:
    return JSONResponse(float("nan"))


async def as_html(request: Request) -> Response:
    return HTMLResponse("<p>\xe9</p>", headers={"Content-Language": "fr"})


async def typed(request: Request) -> Response:
    return Response("a", media_type=request.query_params["type"])


async def large(request: Request) -> Response:
    return Response(LARGE, media_type="application/octet-stream")


def pieces() -> Iterator[str | bytes]:
    yield "one\xe9"
    yield b""
    yield b"two"
    yield LARGE


async def view(request: Request) -> Response:
    return Response(memoryview(b"abcdef").cast(request.query_params.get("of", "B")))


async def streamed(request: Request) -> Response:
    return StreamingResponse(pieces(), media_type="text/plain")


async def sized(request: Request) -> Response:
    return StreamingResponse(iter([b"abc", b"def"]), headers={"Content-Length": "6"})


async def breaks() -> AsyncIterator[bytes]:
    yield b"begun"
    await asyncio.sleep(0.05)
    raise ValueError


async def broken_stream(request: Request) -> Response:
    return StreamingResponse(breaks())


async def file(request: Request) -> Response:
    return FileResponse(request.app.state.file, **dict(request.query_params))


async def large_file(request: Request) -> Response:
    return FileResponse(request.app.state.large_file)


async def missing_file(request: Request) -> Response:
    return FileResponse("/nowhere")


async def redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"], int(request.path_params["code"]))


async def raises(request: Request) -> Response:
    raise KeyError


def waits(request: Request) -> Response:
    """In a thread."""
    time.sleep(float(request.query_params.get("seconds", "0")))
    return PlainTextResponse("from a thread")


async def http_exception(request: Request) -> Response:
    code = request.path_params["code"]
    raise HTTPException(code, headers={"X-Reason": "asked for"})


async def detailed(request: Request) -> Response:
    raise HTTPException(402, detail="no \xe9")


async def teapot(request: Request, exc: Exception) -> Response:
    return PlainTextResponse("handled", 418)


class OddError(Exception):
    pass


async def odd(request: Request) -> Response:
    raise OddError


async def handle_odd(request: Request, exc: Exception) -> Response:
    return PlainTextResponse("odd", 409)


async def converted(request: Request) -> Response:
    return PlainTextResponse(repr(request.path_params))


async def fail() -> None:
    raise KeyError


async def background(request: Request) -> Response:
    tasks = BackgroundTasks([BackgroundTask(logging.info, "First task")])
    if "fails" in request.query_params:
        tasks.add_task(fail)
    tasks.add_task(logging.info, "Second task")
    return PlainTextResponse("ok", background=tasks)


async def state(request: Request) -> Response:
    return PlainTextResponse(request.state.said)


async def count(request: Request) -> Response:
    """How often a request has been here before, as its own state says."""
    before = getattr(request.state, "count", 0)
    request.state.count = before + 1
    return PlainTextResponse(str(before))


class Scopes(AuthenticationBackend):
    """Whoever names scopes has them."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, SimpleUser] | None:
        scopes = conn.headers.get("x-scopes")
        if scopes is None:
            return None
        if not scopes:
            raise AuthenticationError("no scopes")
        return AuthCredentials(scopes.split()), SimpleUser("Ada")


async def member(request: Request) -> Response:
    return PlainTextResponse(request.user.display_name)


async def hidden(request: Request) -> Response:
    return PlainTextResponse(",".join(request.auth.scopes))


def entered(request: Request) -> Response:
    return PlainTextResponse("entered")


def shortened(page: str) -> str:
    if not page.strip().startswith("<"):
        first, *_, last = page.strip().split("\n")
        return f"{first} {last}"
    titles = re.findall(r"<(?:title|h1|h2)>(.*?)</", page)
    frame, *_ = page.partition("</div>\n</div>")
    failed = re.findall(
        r'<span class="frame-line center-line">.*?</span> (.*?)</span>', frame, re.DOTALL
    )
    count = frame.count('class="lineno"')
    return f"{titles} {[each.strip() for each in failed]} of {count} lines"


class Shortened:
    """Of a page about a failure, what depends on no release and no folder: the titles, and how many
    lines of the function that failed are there, beside which one; of a text, the first and the last
    line.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def shorten(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [h for h in message["headers"] if h[0] != b"content-length"]
            else:
                message["body"] = shortened(message["body"].decode()).encode()
            await send(message)

        await self._app(scope, receive, shorten)


class Endpoint(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return PlainTextResponse("got")

    def put(self, request: Request) -> Response:
        return PlainTextResponse("put")


class PassOn(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["X-Passed"] = "on"
        return response


async def text(request: Request) -> Response:
    size = int(request.query_params["size"])
    kind = request.query_params.get("type", "text/plain")
    return Response(b"x" * size, media_type=kind, headers={"Vary": "Cookie"})


async def varied(request: Request) -> Response:
    response = PlainTextResponse("x" * 500)
    response.headers.append("Vary", "Cookie")
    response.headers.append("Vary", "Accept")
    return response


async def two_parts(request: Request) -> Response:
    return StreamingResponse(iter([b"x" * 1000, b"y" * 1000]), media_type="text/plain")


SHARED = {
    "allow_methods": ["GET", "PUT"],
    "allow_headers": ["X-One", "X-Two"],
    "allow_credentials": True,
    "expose_headers": ["X-Shown", "X-Seen"],
    "max_age": 60,
}
HOME = [
    Route("/", text),
    Route("/text", text),
    Route("/varied", varied),
    Route("/two-parts", two_parts),
    Route("/seen", seen),
    Route("/file", file),
    Route("/status/{code:int}", status),
]
MEMBERS = Router(
    [
        Route("/", requires("read")(member)),
        Route("/hidden", requires(["read", "write"], status_code=404)(hidden)),
        Route("/entered", requires("read", redirect="seen")(entered)),
        Route("/away", requires("read", redirect="seen")(member)),
    ]
)
ROUTES = [
    Route("/cookies", cookies),
    Route("/set-cookies", set_cookies),
    Route("/seen", seen, name="seen", methods=["GET", "DELETE"]),
    Route("/body", body, methods=["POST", "PUT"]),
    Route("/first-part", first_part, methods=["POST"]),
    Route("/json", parsed, methods=["POST"]),
    Route("/json", as_json),
    Route("/status/{code:int}", status),
    Route("/no-content", no_content),
    Route("/nan", not_a_number),
    Route("/html", as_html),
    Route("/typed", typed),
    Route("/large", large),
    Route("/view", view),
    Route("/streamed", streamed),
    Route("/sized", sized),
    Route("/broken-stream", broken_stream),
    Route("/file", file),
    Route("/large-file", large_file),
    Route("/missing-file", missing_file),
    Route("/redirect/{code}", redirect),
    Route("/raises", raises),
    Route("/thread", waits),
    Route("/http-exception/{code:int}", http_exception),
    Route("/detailed", detailed),
    Route("/odd", odd),
    Route("/int/{value:int}", converted),
    Route("/float/{value:float}", converted),
    Route("/uuid/{value:uuid}", converted),
    Route("/path/{value:path}", converted),
    Route("/two/{first}-{second}/end", converted),
    Route("/background", background),
    Route("/state", state),
    Route("/count", count),
    Route("/endpoint", Endpoint),
    Mount("/members", AuthenticationMiddleware(MEMBERS, Scopes())),
    Mount("/debug", Shortened(Starlette(debug=True, routes=[Route("/", raises)]))),
    Mount("/mounted/{name}", routes=HOME, name="mounted"),
    Mount("/handled", Starlette(routes=[Route("/", raises)], exception_handlers={500: teapot})),
    Mount("/passed", PassOn(Router(HOME))),
    Mount("/gzip", GZipMiddleware(Router(HOME))),
    Mount(
        "/some-origins",
        CORSMiddleware(
            Router(HOME),
            allow_origins=["https://one.example", "https://two.example"],
            allow_origin_regex=r"https://.*\.three\.example",
            **SHARED,
        ),
    ),
    Mount("/any-origin", CORSMiddleware(Router(HOME), allow_origins=["*"], **SHARED)),
    Mount(
        "/anything",
        CORSMiddleware(Router(HOME), allow_origins=["*"], allow_methods=["*"], allow_headers=["*"]),
    ),
    Mount(
        "/trusted",
        TrustedHostMiddleware(Router(HOME), ["www.example.com", "*.example.net", "[::1]"]),
    ),
    Mount("/secure", HTTPSRedirectMiddleware(Router(HOME))),
    Host("{name}.hosted.example", Router([Route("/", converted)])),
]


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, str]]:
    logging.info("Begins")
    if app.state.fails == "startup":
        raise OSError("no startup")
    yield {"said": "by the lifespan"}
    logging.info("Ends")
    if app.state.fails == "shutdown":
        raise OSError("no shutdown")


app = Starlette(
    routes=ROUTES,
    lifespan=lifespan,
    exception_handlers={OddError: handle_odd, 418: teapot},
)
app.state.fails = ""

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    parser.add_argument("--fails", default="", help="at startup, or at shutdown")
    options = parser.parse_args()
    app.state.fails = options.fails
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        app.state.file = Path(folder, "file.txt")
        app.state.file.write_bytes(LARGE[:200_000])
        app.state.large_file = Path(folder, "file.bin")
        app.state.large_file.touch()
        os.truncate(app.state.large_file, 3_000_000)
        for path in (app.state.file, app.state.large_file):
            os.utime(path, (CHANGED, CHANGED))
        uvicorn.run(app, host="127.0.0.1", port=options.port)

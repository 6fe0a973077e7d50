"""What json_cors and sse answer to GET and HEAD where nothing is wrong, masked."""

import json
from pathlib import Path

from harness.expect import Response
from harness.request import Request
from specs.answers import TEXT

PAGE = (
    (Path(__file__).parent.parent / "apps" / "sse.py")
    .read_text("utf-8")
    .partition('PAGE = """\\\n')[2]
    .partition('"""')[0]
)


def greeting(request: Request, vary: dict[str, str]) -> Response | None:
    """The answer of a route's own function; None where there is no such route."""
    if request.app == "json_cors" and request.path == "/":
        found = _whole("Hello Starlette !!!", TEXT)
    elif request.app == "json_cors" and _is_name(request.path):
        told = {"response": f"Hello {request.path.removeprefix('/user/')} !!!"}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        found = _whole(body, "application/json")
    elif request.app == "sse" and request.path == "/":
        found = _whole(PAGE, "text/html; charset=utf-8")
    else:
        return None
    origin = request.header("origin") is not None
    allowed = {"access-control-allow-origin": "*"} if origin else {}
    sent = b"" if request.method == "HEAD" else found.body
    return Response(200, found.headers | allowed | vary, sent, reason="OK")


def _is_name(path: str) -> bool:
    name = path.removeprefix("/user/")
    return path != name and bool(name) and "/" not in name


def _whole(body: str, media_type: str) -> Response:
    size = {"content-length": str(len(body.encode())), "content-type": media_type}
    return Response(200, {"date": "DATE", "server": "uvicorn"} | size, body.encode())

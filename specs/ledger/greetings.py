"""What json_cors and sse answer to GET and HEAD where nothing is wrong, masked."""

import json
from pathlib import Path

from specs.ledger.responses import HTML, TEXT
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request

PAGE = (
    (Path(__file__).parent.parent.parent / "apps" / "sse.py")
    .read_bytes()
    .partition(b'PAGE = """\\\n')[2]
    .partition(b'"""')[0]
)
"""The page of sse, as its source has it."""


def greeting(request: Request, vary: dict[str, str]) -> Response | None:
    """The response of a route's own function; None where there is no such route."""
    if request.app == "json_cors" and request.path == "/":
        found = _whole(b"Hello Starlette !!!", TEXT)
    elif request.app == "json_cors" and _is_name(request.path):
        data = {"response": f"Hello {request.path.removeprefix('/user/')} !!!"}
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        found = _whole(body.encode(), "application/json")
    elif request.app == "sse" and request.path == "/":
        found = _whole(PAGE, HTML)
    else:
        return None
    origin = request.header("origin") is not None
    allowed = {"access-control-allow-origin": "*"} if origin else {}
    sent = b"" if request.method == "HEAD" else found.body
    return Response(200, found.headers | allowed | vary, sent, reason="OK")


def _is_name(path: str) -> bool:
    name = path.removeprefix("/user/")
    return path != name and bool(name) and "/" not in name


def _whole(body: bytes, media_type: str) -> Response:
    size = {"content-length": str(len(body)), "content-type": media_type}
    return Response(200, {"date": "DATE", "server": "uvicorn"} | size, body)

"""What named changes explain of an app that nobody knows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import choices
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.stacks.project import ledger
from tests.miniatures.raw_server import ENVIRONMENT

TEXT = "text/plain; charset=utf-8"
TAG = "0123456789abcdef0123456789abcdef"
CHANGED = "Sun, 12 Apr 2026 10:00:00 GMT"
OF_A_FILE = {"content-type": "video/mp4", "last-modified": CHANGED, "etag": f'"{TAG}"'}
IN_PARTS = OF_A_FILE | {"accept-ranges": "bytes"}
FILE = bytes(range(100))


def request(head: str = "", method: str = "GET", path: str = "/") -> Request:
    lines = "".join(f"{line}\r\n" for line in head.splitlines())
    return Request("m:app", f"{method} {path} HTTP/1.1\r\nHost: x:PORT\r\n{lines}\r\n".encode())


def response(
    headers: Mapping[str, str] | None = None, body: bytes = b"tea", status: int = 200, **rest: Any
) -> Response:
    given = {"content-length": str(len(body)), "content-type": TEXT, **(headers or {})}
    named = {200: "OK", 206: "Partial Content", 304: "Not Modified", 405: "Method Not Allowed"}
    reason = rest.pop("reason", named.get(status, ""))
    return Response(
        status, {"date": "DATE", "server": "uvicorn", **given}, body, reason, at=0, **rest
    )


def explained(
    move: str,
    asked: Request,
    before: Response,
    after: Response,
    others: Mapping[Request, Response] | None = None,
    reaches: bool = True,
) -> Explained:
    """Why they differ, where a package moves as `starlette 1.6.0 1.7.0` says."""
    package, *versions = move.split()
    older, newer = (
        replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, package: version})
        for version in versions
    )
    known = dict(others or {})
    explainer = Comparison(older, newer, ledger()).explainer(
        known | {asked: before}, known | {asked: after}, may_show=lambda _: reaches
    )
    sides = (WireResponse(each, tuple(each.headers)) for each in (before, after))
    return explainer.explain(asked, *sides)


def named(found: Explained) -> list[str]:
    names = {change: name for name, change in ledger().changes.items()}
    return [names[change] if isinstance(change, Change) else "parser" for change in found.reasons]


PING = b"event: ping\r\ndata: TIME\r\n\r\n"
UPGRADE = "Connection: Upgrade\nUpgrade: h2c"
REFUSED = "Unsupported upgrade request."
RANGE = request("Range: bytes=10-19")
PART = IN_PARTS | {"content-range": "bytes 10-19/100"}
STREAM = {"content-type": "text/event-stream; charset=utf-8", "content-length": "0"}


@pytest.mark.parametrize(
    ("move", "asked", "before", "after", "names"),
    [
        ("starlette 1.6.0 1.7.0", request(), response(), response({"vary": "Origin"}),
         ["CORS_VARIES_ALWAYS"]),
        ("starlette 1.6.0 1.7.0", request(), response({"vary": "Accept-Encoding"}),
         response({"vary": "Accept-Encoding, Origin"}), ["CORS_VARIES_ALWAYS"]),
        ("starlette 1.6.0 1.7.0", request(), response({"vary": "Accept-Encoding"}),
         response({"vary": "Origin, Accept-Encoding"}), ["CORS_VARIES_ALWAYS"]),
        ("starlette 1.7.0 1.6.0", request(), response({"vary": "Origin"}), response(),
         ["CORS_VARIES_ALWAYS"]),
        ("starlette 0.18.0 0.19.0", request(), response(status=405),
         response({"allow": "POST"}, status=405), ["ALLOW_ON_405"]),
        ("starlette 0.14.2 0.15.0", request(), response({"location": "/people/bob+ross"}),
         response({"location": "/people/bob%20ross"}), ["REDIRECT_BLANK_ESCAPED"]),
        ("starlette 0.38.6 0.39.0", request(), response(OF_A_FILE, FILE),
         response(IN_PARTS, FILE), ["RANGES"]),
        ("starlette 0.38.6 0.39.0", RANGE, response(OF_A_FILE | {"x": "1"}, FILE),
         response(PART | {"x": "1"}, FILE[10:20], 206), ["RANGES"]),
        ("starlette 0.38.6 0.39.0", request("Range: bytes=200-"), response(OF_A_FILE, FILE),
         response({"content-range": "*/100"}, b"", 416, reason="Requested Range Not Satisfiable"),
         ["RANGES"]),
        ("starlette 0.38.6 0.39.0", request("Range: bytes=10-19", "HEAD"),
         response(OF_A_FILE | {"content-length": "100"}, b""),
         response(PART | {"content-length": "10"}, b"", 206), ["RANGES"]),
        ("starlette 0.33.0 0.35.0", request(path="/a"), response(OF_A_FILE | {"etag": TAG}, FILE),
         response(OF_A_FILE, FILE), ["ETAG_QUOTED"]),
        ("starlette 1.0.1 1.1.0", request(path="/a"), response(IN_PARTS | {"content-type": TEXT}),
         response(IN_PARTS | {"content-type": "application/octet-stream"}),
         ["UNKNOWN_TYPE_BINARY"]),
        ("sse-starlette 1.3.4 1.4.0", request(), response(STREAM, PING, ending="x"),
         response(STREAM, b": ping - TIME\r\n\r\n", ending="x"),
         ["PINGS_ARE_COMMENTS"]),
        ("uvicorn 0.18.3 0.19.0", request(UPGRADE), response({}, REFUSED.encode(), 400),
         response({"x": "1"}, b"any"), ["UPGRADES_IGNORED"]),
    ],
)  # fmt: skip
def test_a_change_explains_what_it_makes_of_a_response(
    move: str, asked: Request, before: Response, after: Response, names: list[str]
) -> None:
    found = explained(move, asked, before, after)
    assert (named(found), found.remaining) == (names, ())
    assert explained(move, asked, before, after, reaches=False).remaining


@pytest.mark.parametrize(
    ("move", "asked", "before", "after", "left"),
    [
        ("starlette 1.6.0 1.7.0", request(), response(), response({"vary": "Cookie"}),
         ["header vary"]),
        ("starlette 1.7.0 1.8.0", request(), response(), response({"vary": "Origin"}),
         ["header vary"]),
        ("starlette 1.6.0 1.7.0", request(), response(), response({"vary": "Origin"}, b"pie"),
         ["body"]),
        ("starlette 0.38.6 0.39.0", RANGE, response(OF_A_FILE, FILE),
         response(PART, FILE[11:21], 206), ["body"]),
        ("starlette 0.38.6 0.39.0", RANGE, response(OF_A_FILE, FILE),
         response(IN_PARTS, FILE, 206), ["status"]),
        ("starlette 0.33.0 0.35.0", request(), response(OF_A_FILE, FILE),
         response(OF_A_FILE | {"etag": f'"{TAG[::-1]}"'}, FILE), ["header etag"]),
        ("uvicorn 0.18.3 0.19.0", request(UPGRADE), response({}, b"no such user", 400),
         response({}, b"no such user", 404), ["status"]),
    ],
)  # fmt: skip
def test_what_a_change_does_not_make_remains(
    move: str, asked: Request, before: Response, after: Response, left: list[str]
) -> None:
    found = explained(move, asked, before, after)
    assert {*left} <= {difference.where for difference in found.remaining}


def test_a_response_that_says_nothing_of_the_file_is_explained_by_one_that_has_all_of_it() -> None:
    asked, all_of_it = request("Range: bytes=200-"), request()
    before, after = (
        response({"content-range": value}, b"", 416, reason="Requested Range Not Satisfiable")
        for value in ("*/100", "bytes */100")
    )
    move = "starlette 0.52.1 1.0.0"
    whole = {all_of_it: response(IN_PARTS, FILE)}
    assert named(explained(move, asked, before, after, whole)) == ["UNSATISFIABLE_NAMES_UNIT"]
    assert explained(move, asked, before, after).remaining


def test_conditions_of_a_file_are_explained_by_its_own_tag() -> None:
    asked = request(f'If-None-Match: "x", W/"{TAG}"')
    before, after = (
        response(OF_A_FILE | {"etag": TAG}, FILE),
        Response(
            304,
            {"date": "DATE", "server": "uvicorn", "etag": f'"{TAG}"'},
            b"",
            "Not Modified",
            at=0,
        ),
    )
    found = explained("starlette 0.33.0 0.35.0", asked, before, after)
    assert (named(found), found.remaining) == (["ETAG_QUOTED"], ())


ODD = (
    Response(0, {}, b"", ending="no response: closed by the server", at=0),
    response({"location": ""}, status=307),
    response({"vary": ""}, b"\xff", 206),
    response(OF_A_FILE | {"content-length": "x"}, status=304),
    response({"content-type": ""}, status=405),
    response(STREAM, b": ping"),
    Response(200, {"vary": ("a", "b"), "location": ("/a", "/b"), "etag": ("x", "y"),
                   "last-modified": ("a", "b"), "connection": ("close", "x"), "allow": ("A", "B"),
                   "content-type": ("text/event-stream", "x"), "content-length": ("1", "2")}, at=0),
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_no_effect_fails_for_what_an_app_responds(method: str) -> None:
    everything = (
        "Origin: a\nCookie: a=b\nRange: bytes=0-\nExpect: 100-continue\nUpgrade: x\n"
        "Access-Control-Request-Method: GET\nX-Forwarded-Proto: a\nX-Forwarded-Proto: https"
    )
    for move in ("starlette 0.13.0 1.10.0", "starlette 1.10.0 0.13.0", "uvicorn 0.16.0 0.54.0",
                 "sse-starlette 0.3.0 3.6.0"):  # fmt: skip
        for asked in (request(everything, method), request("", method, "/%00/a%20b?c+d")):
            for before in ODD:
                assert explained(move, asked, before, ODD[0]).before.response == before


def test_choices_are_bounded() -> None:
    assert len(choices((), request(), response(), {}, response())) == 1

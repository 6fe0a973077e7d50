"""An exchange in the form of `curl -v`: the lines that matter, and a few for orientation."""

from collections.abc import Collection, Iterator

from starlette_conformance.explain.result import Line
from starlette_conformance.model.expectations import WHOLE
from starlette_conformance.model.mismatch import in_common
from starlette_conformance.model.request import Request
from starlette_conformance.output.sanitize import plain
from starlette_conformance.replay.wire_response import WireResponse

USUAL = ("host: 127.0.0.1:port", "user-agent: starlette-conformance", "accept: */*")
CONTEXT = ("content-type",)
SHOWN = 120
"""Characters of a body, around the first one that differs."""


def request_lines(request: Request) -> tuple[str, ...]:
    """The request line, the headers but for the usual ones, and the beginning of a body."""
    head, _, body = request.data.partition(b"\r\n\r\n")
    first, *headers = head.decode("latin-1").split("\r\n")
    kept = [line for line in headers if line.lower() not in USUAL]
    rest = [plain(text(body), SHOWN)] if body else []
    return tuple(plain(line, 2 * SHOWN) for line in [first, *kept]) + tuple(rest)


def response_lines(
    wire: WireResponse, other: WireResponse, differing: Collection[str]
) -> tuple[Line, ...]:
    """The status, the headers that differ, and the body where it does, beside another response.

    `differing` are the fields in which the two differ.
    """
    return tuple(_lines(wire, other, set(differing)))


def _lines(wire: WireResponse, other: WireResponse, fields: set[str]) -> Iterator[Line]:
    response = wire.response
    if not response.status:
        yield Line(f"* {response.ending}", True)
        return
    for head in response.interim if "interim" in fields else ():
        for line in head.split("\r\n"):
            yield Line(plain(f"< {line}"), True)
    status_differs = bool(fields & {"status", "reason", "version"})
    yield Line(plain(f"< {response.version} {response.status} {response.reason}"), status_differs)
    for name, value in wire.lines:
        differs = bool(fields & {f"header {name.lower()}", f"name of {name.lower()}"})
        if differs or "order of headers" in fields or name.lower() in CONTEXT:
            yield Line(plain(f"< {name}: {value}"), differs or "order of headers" in fields)
    if any(field == "body" or field.startswith("body ") for field in fields):
        yield Line("<")
        yield Line(around(response.body, other.response.body), True)
    yield from _delivery(wire, other, fields)


def _delivery(wire: WireResponse, other: WireResponse, fields: set[str]) -> Iterator[Line]:
    """How it was framed, and when it came."""
    response = wire.response
    if "ending" in fields and response.ending != WHOLE:
        yield Line(f"* {plain(response.ending)}", True)
    if "closes" in fields:
        yield Line(f"* the server {'closes' if response.closes else 'keeps'} the connection", True)
    if "chunks" in fields:
        yield Line(f"* in chunks of {wire.cuts} bytes", True)
    if "extensions" in fields and response.extensions:
        yield Line(plain(f"* chunk extensions: {', '.join(response.extensions)}"), True)
    for name, value in response.trailers.items():
        if f"trailer {name}" in fields:
            yield Line(plain(f"< {name}: {value}  (trailer)"), True)
    if "after the end" in fields and wire.rest:
        yield Line(f"* after the end: {around(wire.rest, other.rest)}", True)
    if "first response" in fields:
        yield Line(f"* the first byte came after {wire.first:.1f} s", True)
    if "arrivals" in fields:
        yield Line(f"* came: {wire.arrivals}", True)


def text(body: bytes) -> str:
    """A body as text; what is no UTF-8 is written out."""
    return body.decode("utf-8", "backslashreplace")


def around(body: bytes, other: bytes) -> str:
    """A body on one line; of a long one, what is around the first byte that another one differs
    in.
    """
    common = in_common(body, other)
    start = max(0, common - SHOWN // 4) if max(len(body), len(other)) > SHOWN else 0
    part = text(body[start : start + SHOWN])
    before, after = "..." * bool(start), "..." * (start + SHOWN < len(body))
    size = f"{'  ' if part else ''}({len(body):,} bytes)" if before or after or not part else ""
    return f"{before}{plain(part, len(part))}{after}{size}"

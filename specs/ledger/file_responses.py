"""Responses that describe a served file: whole, in part, in several parts, or not modified."""

import hashlib
import re
from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    BOUNDARY_OF_26_DIGITS,
    ETAG_QUOTED,
    FILE_HEEDS_DISCONNECT,
    FILES_ALLOW_ON_405,
    LARGE_PARTS_WHOLE,
    LEAVING_SHOWS_IN_SENDING,
    MULTIPART_MENDED,
    PATHSEND_ASSUMED,
    RANGES,
    STATUS_PHRASES_OF_RFC_9110,
    UNSATISFIABLE_NAMES_UNIT,
)
from specs.ledger.responses import (
    HTML,
    TEXT,
    UVICORN,
    content,
    in_each_phase,
    not_found,
    redirect,
    response_to,
    text,
)
from specs.ledger.site import CHUNK, PAGE
from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import Segment
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import CONTINUE, WHOLE, Response, since, unordered
from starlette_conformance.stacks.site_fixture import DOCUMENTED_MTIME_NS

BINARY = "application/octet-stream"
CHANGED = "Sat, 12 Apr 2025 01:03:00 GMT"
BEFORE = "Sat, 12 Apr 2025 01:02:59 GMT"
AFTER = "Sat, 12 Apr 2025 01:03:01 GMT"
TAG = "30a61f18583f5047c27d53c3ce200504"
QUOTED = f'"{TAG}"'

BOUNDARY = re.compile(rb"; boundary=([a-z0-9]{13}|[0-9a-f]{26})\r\n")
"""The boundary between parts, which is random; of either length it has an alphabet of its own."""

Extent = tuple[int, int]
"""The first byte of a part, and the one after its last."""


def tag_of(body: bytes) -> str:
    """Starlette docs staticfiles: the MD5 of modification time and size."""
    seconds = DOCUMENTED_MTIME_NS / 1_000_000_000
    return hashlib.md5(f"{seconds}-{len(body)}".encode(), usedforsecurity=False).hexdigest()


def etag(body: bytes) -> object:
    return since(ETAG_QUOTED, f'"{tag_of(body)}"', before=tag_of(body))


def about(body: bytes, media_type: Any) -> dict[str, object]:
    """The headers that describe a file, whole or in part."""
    return UVICORN | {
        "content-type": media_type,
        "last-modified": CHANGED,
        "etag": etag(body),
        "accept-ranges": since(RANGES, "bytes"),
    }


def file(body: bytes, media_type: Any = HTML) -> Response:
    lost = f"0 of {len(body)} bytes: closed by the server"
    return Response(
        status=200,
        headers=about(body, media_type) | {"content-length": str(len(body))},
        body=since(PATHSEND_ASSUMED, b"", before=body),
        ending=since(PATHSEND_ASSUMED, lost, before=WHOLE),
    )


def part(start: int, stop: int, body: bytes = PAGE, media_type: str = HTML) -> Response:
    """The bytes from `start` to before `stop` (RFC 9110 section 15.3.7.1)."""
    extent = {
        "content-length": str(stop - start),
        "content-range": f"bytes {start}-{stop - 1}/{len(body)}",
    }
    return Response(206, about(body, media_type) | extent, body[start:stop])


def parts(*extents: Extent, body: bytes = PAGE, media_type: str = HTML) -> since:
    """Several parts, as multipart/byteranges (RFC 9110 section 14.6)."""

    def broken(cut: int) -> since:
        responses = [_broken(extents, body, media_type, boundary, cut) for boundary in (26, 13)]
        return since(BOUNDARY_OF_26_DIGITS, responses[0], before=responses[1])

    head = {"content-type": f"multipart/byteranges; boundary={_boundary(26)}"}
    sent = (
        _pieces(extents, body, media_type, _boundary(26), "\r\n") + f"--{_boundary(26)}--".encode()
    )
    mended = Response(206, about(body, "") | head | {"content-length": str(len(sent))}, sent)
    before = since(LARGE_PARTS_WHOLE, broken(len(body)), before=broken(len(CHUNK)))
    return since(MULTIPART_MENDED, mended, before=before)


def _broken(
    extents: tuple[Extent, ...], body: bytes, media_type: str, digits: int, cut: int
) -> Response:
    """What the app sends is a byte longer than it says: the server drops the last line.

    Of each part at most `cut` bytes are sent; where the whole is too short by that, the last line
    is sent too. The wrong header tells what it is.
    """
    boundary = _boundary(digits)
    last = f"\n--{boundary}--\n".encode()
    promised = len(_pieces(extents, body, media_type, boundary, "\n")) + len(last) - 1
    sent = _pieces(extents, body, media_type, boundary, "\n", cut)
    if len(sent + last) <= promised:
        sent += last
    head = {
        "content-range": f"multipart/byteranges; boundary={boundary}",
        "content-length": str(promised),
    }
    lost = f"{len(sent)} of {promised} bytes: closed by the server"
    ending = WHOLE if len(sent) == promised else lost
    return Response(206, about(body, media_type) | head, sent, ending=ending)


def _pieces(
    extents: tuple[Extent, ...],
    body: bytes,
    media_type: str,
    boundary: str,
    end: str,
    cut: int | None = None,
) -> bytes:
    sent = b""
    for start, stop in extents:
        lines = [
            f"--{boundary}",
            f"Content-Type: {media_type}",
            f"Content-Range: bytes {start}-{stop - 1}/{len(body)}",
            "",
            "",
        ]
        sent += end.join(lines).encode() + body[start:stop][:cut] + end.encode()
    return sent


def _boundary(length: int) -> str:
    return ("boundary" * 4)[:length]


def with_fixed_boundary(exchange: Exchange) -> Exchange:
    """A copy whose boundary, wherever it stands, is a fixed word of the same length."""
    found = BOUNDARY.search(exchange.data)
    if found is None:
        return exchange
    data = exchange.data.replace(found[1], _boundary(len(found[1])).encode())
    return replace(exchange, received=(Segment(exchange.received[-1].at, data),))


def where_no_file_is(client: Client, method: str) -> dict[str, Response]:
    """The responses to GET or HEAD at paths that serve no file, by path."""
    responses = {
        "/missing": not_found(),
        "/docs": redirect(f"http://{client.authority}/docs/"),
    }
    return {p: response_to(method, a) for p, a in responses.items()}


def not_satisfiable(size: int = len(PAGE)) -> Response:
    """RFC 9110 section 15.5.17."""
    extent = since(UNSATISFIABLE_NAMES_UNIT, f"bytes */{size}", before=f"*/{size}")
    reason = since(
        STATUS_PHRASES_OF_RFC_9110,
        "Range Not Satisfiable",
        before="Requested Range Not Satisfiable",
    )
    return Response(416, content(b"", TEXT, {"content-range": extent}), reason=reason)


def told_to_go_on(answer: Any) -> Any:
    """The answer, in each phase, after leave to go on where the app listens to the client."""
    listening = since(LEAVING_SHOWS_IN_SENDING, (), before=(CONTINUE,))
    interim = since(FILE_HEEDS_DISCONNECT, listening, before=())
    return in_each_phase(answer, lambda each: replace(each, interim=interim))


def not_modified(body: bytes) -> Response:
    return Response(304, UVICORN | {"etag": etag(body)})


NOT_ALLOWED = text(
    b"Method Not Allowed", 405, {"allow": since(FILES_ALLOW_ON_405, unordered("GET", "HEAD"))}
)
NOTHING_ASKED = text(b"Range header: range must be requested", 400)
INVERTED = text(b"Range header: start must be less than end", 400)
MALFORMED = text(b"Malformed range header.", 400)
WHOLE_PAGE = file(PAGE)
NOT_MODIFIED = not_modified(PAGE)
BROKEN = replace(text(b"Internal Server Error", 500), closes=True)

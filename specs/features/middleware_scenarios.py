"""An app of many features, through the middleware that Starlette has for it."""

import zlib
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from specs.features.feature_app import CONTENT, about_file, empty, part_of_file, sent, to
from specs.ledger import file_responses
from specs.ledger.changes import (
    CORS_VARIES_ALWAYS,
    CREDENTIALS_NAME_ORIGIN,
    EVENTS_NOT_GZIPPED,
    GZIP_VARIES_ALWAYS,
    GZIP_WITHOUT_TIME,
    GZIPPED_CHUNKS_FLUSHED,
    HOSTS_IN_ANY_CASE,
    IPV6_HOSTS_TRUSTED,
    MEDIA_NOT_GZIPPED,
    PARTS_NOT_GZIPPED,
    PATHSEND_ASSUMED,
    PREFLIGHT_VARIES,
    PRIVATE_NETWORK_REFUSED,
    QUERY_ALLOWED,
    RANGES,
    VARY_LINES_JOINED,
    VARY_LINES_JOINED_BY_CORS,
)
from specs.ledger.responses import (
    NO_BODY,
    TEXT,
    UVICORN,
    content,
    in_each_phase,
    last,
    redirect,
    text,
)
from starlette_conformance.model.changes import Change
from starlette_conformance.model.expectations import (
    ABSENT,
    WHOLE,
    Response,
    chunked,
    history,
    since,
)
from starlette_conformance.model.observations import GzippedOn


def sized(size: int, **headers: Any) -> Response:
    more = {key.replace("_", "-"): value for key, value in headers.items()}
    return Response(200, content(b"x" * size, TEXT, {"vary": "Cookie"} | more), b"x" * size)


ZLIB_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03"
HEAD = since(GZIP_WITHOUT_TIME, ZLIB_HEAD, before=b"\x1f\x8b\x08\x00TIME\x02\xff")
"""RFC 1952 section 2.3: no name, the best compression, by Unix or by whatever."""


def gzip(*pieces: bytes, flushed: bool = False) -> tuple[bytes, ...]:
    """What each of the pieces adds, where any adds something; the first one without ZLIB_HEAD."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    *first, last = pieces
    flush = zlib.Z_SYNC_FLUSH if flushed else zlib.Z_NO_FLUSH
    added = [compressor.compress(piece) + compressor.flush(flush) for piece in first]
    begin, *rest = [*added, compressor.compress(last) + compressor.flush()]
    return begin.removeprefix(ZLIB_HEAD), *filter(None, rest)


def whole(body: bytes) -> Any:
    return in_each_phase(HEAD, lambda head: head + gzip(body)[0])


def in_chunks(*pieces: bytes, flushed: bool = False) -> Any:
    begin, *rest = gzip(*pieces, flushed=flushed)
    return in_each_phase(HEAD, lambda head: chunked(head + begin, *rest))


def zipped(size: int, kind: str = TEXT) -> Response:
    more = {"vary": "Cookie, Accept-Encoding", "content-encoding": "gzip"}
    length = len(ZLIB_HEAD + gzip(b"x" * size)[0])
    headers = content(b"", kind, more) | {"content-length": str(length)}
    return Response(200, headers, whole(b"x" * size))


def of_type(kind: str) -> Response:
    return Response(200, content(b"x" * 500, kind, {"vary": "Cookie"}), b"x" * 500)


def varied(response: Response, own: str, joined: Change) -> Response:
    """One whose app sent `Vary: Cookie` and `Vary: Accept`."""
    vary = since(joined, f"Cookie, Accept, {own}", before=f"Cookie, {own}")
    return replace(response, headers=response.headers | {"vary": vary})


EVENTS = "text/event-stream; charset=utf-8"
ZIPPED = {"vary": "Accept-Encoding", "content-encoding": "gzip"}
IN_CHUNKS = UVICORN | ZIPPED | {"content-type": TEXT, "transfer-encoding": "chunked"}
PARTS = b"x" * 1000, b"y" * 1000, b""
STREAM = Response(
    200,
    IN_CHUNKS,
    since(GZIPPED_CHUNKS_FLUSHED, in_chunks(*PARTS, flushed=True), before=in_chunks(*PARTS)),
)
READS = [CONTENT[start : start + 65536] for start in range(0, len(CONTENT), 65536)]
FILE = about_file(file_responses.file(CONTENT, TEXT))
LENGTH = {"content-length": ABSENT, "transfer-encoding": "chunked"}
PART = part_of_file(0, 1000)
SHORT = {"content-length": str(len(ZLIB_HEAD + gzip(PART.body)[0]))}
ZIPPED_FILE = replace(
    FILE, headers=FILE.headers | ZIPPED | LENGTH, body=in_chunks(*READS), ending=WHOLE
)
ZIPPED_PART = replace(PART, headers=PART.headers | ZIPPED | SHORT, body=whole(PART.body))
PART_OF_FILE = since(
    PATHSEND_ASSUMED,
    last(text(b"Internal Server Error", 500)),
    before=history(last(ZIPPED_FILE), (RANGES, last(ZIPPED_PART)), (PARTS_NOT_GZIPPED, last(PART))),
)
INVALID_HOST = text(b"Invalid host header", 400)
GZIP = "Accept-Encoding: gzip"
PASSED = Response(
    200,
    UVICORN | {"content-type": TEXT, "transfer-encoding": "chunked", "x-passed": "on"},
    chunked(b"x" * 1000, b"y" * 1000),
)
WRAPPED = sent(
    "requests through middleware",
    to("GET /passed/text?size=200000", sized(200_000, x_passed="on")),
    to("GET /passed/two-parts", PASSED),
    to("GET /gzip/text?size=499", sized(499), GZIP),
    to("GET /gzip/text?size=500", zipped(500), GZIP, by=GzippedOn),
    # RFC 9110 section 12.5.3 says that q=0 is not acceptable; it is sent all the same.
    to("GET /gzip/text?size=500", zipped(500), "Accept-Encoding: gzip;q=0", by=GzippedOn),
    to(
        "GET /gzip/text?size=200000",
        zipped(200_000),
        "Accept-Encoding: deflate, gzip;q=0.5",
        by=GzippedOn,
    ),
    to(
        "GET /gzip/text?size=500",
        sized(500, vary=since(GZIP_VARIES_ALWAYS, "Cookie, Accept-Encoding", before="Cookie")),
        "Accept-Encoding: br",
    ),
    to(
        "GET /gzip/text?size=500&type=image/png",
        since(MEDIA_NOT_GZIPPED, of_type("image/png"), before=zipped(500, "image/png")),
        GZIP,
        by=GzippedOn,
    ),
    to(
        "GET /gzip/text?size=500&type=text/event-stream",
        since(EVENTS_NOT_GZIPPED, of_type(EVENTS), before=zipped(500, EVENTS)),
        GZIP,
        by=GzippedOn,
    ),
    to(
        "GET /gzip/varied",
        varied(zipped(500), "Accept-Encoding", VARY_LINES_JOINED),
        GZIP,
        by=GzippedOn,
    ),
    to("GET /gzip/two-parts", STREAM, GZIP, by=GzippedOn),
    to(
        "GET /gzip/file",
        PART_OF_FILE,
        *(GZIP, "Range: bytes=0-999", "Connection: close"),
        by=GzippedOn,
    ),
    to("GET /trusted/text?size=1", sized(1), "Host: www.example.com:8000"),
    to(
        "GET /trusted/text?size=1",
        redirect("http://www.example.com:8000/trusted/text?size=1"),
        "Host: example.com:8000",
    ),
    to(
        "GET /trusted/text?size=1",
        since(HOSTS_IN_ANY_CASE, sized(1), before=INVALID_HOST),
        "Host: A.EXAMPLE.NET",
    ),
    to("GET /trusted/text?size=1", INVALID_HOST, "Host: example.net"),
    to(
        "GET /trusted/text?size=1",
        since(IPV6_HOSTS_TRUSTED, sized(1), before=INVALID_HOST),
        "Host: [::1]:80",
    ),
    to("GET /trusted/text?size=1", INVALID_HOST, "Host: other.example"),
    to("GET /secure/text?size=1", redirect("https://example.org/secure/text?size=1")),
    to(
        "GET /secure/text?size=1",
        redirect("https://example.org/secure/text?size=1"),
        "Host: example.org:80",
    ),
    to(
        "GET /secure/text?size=1",
        redirect("https://example.org:8080/secure/text?size=1"),
        "Host: example.org:8080",
    ),
    to("GET /secure/text?size=1", sized(1), "X-Forwarded-Proto: https"),
)

SHARED = {"access-control-allow-credentials": "true"}
SHOWN = SHARED | {"access-control-expose-headers": "X-Shown, X-Seen", "vary": "Cookie, Origin"}
VARIES = since(CORS_VARIES_ALWAYS, "Cookie, Origin", before="Cookie")
SAFE = "Accept, Accept-Language, Content-Language, Content-Type"
ALL_OF_PREFLIGHT = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network"
)
CHECKED = SHARED | {
    "access-control-allow-methods": "GET, PUT",
    "access-control-max-age": "60",
    "access-control-allow-headers": f"{SAFE}, X-One, X-Two",
}
UNCHECKED = {
    "access-control-allow-methods": since(
        QUERY_ALLOWED,
        "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY",
        before="DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    ),
    "access-control-max-age": "600",
    "access-control-allow-origin": "*",
}


def shared(origin: Any, vary: Any = "Cookie, Origin") -> Response:
    more = SHOWN | {"access-control-allow-origin": origin, "vary": vary}
    return Response(200, content(b"x", TEXT, more), b"x")


def shared_failure(status: int) -> Response:
    named = {"x-name": "\xe9\tb", "access-control-allow-origin": ONE, "vary": "Origin"}
    return empty(status, NO_BODY | SHOWN | named, HTTPStatus(status).phrase)


def preflight(origin: Any, refused: str = "", of: dict[str, Any] = CHECKED) -> Response:
    body = f"Disallowed CORS {refused}" if refused else "OK"
    before = ABSENT if origin == "*" else "Origin"
    varies = {"vary": since(PREFLIGHT_VARIES, ALL_OF_PREFLIGHT, before=before)}
    headers = varies | of | {"access-control-allow-origin": origin}
    return text(body.encode(), 400 if refused else 200, headers)


ONE, TWO, FOUR = (f"https://{name}.example" for name in ("one", "two", "four"))
METHOD, HEADERS = "Access-Control-Request-Method", "Access-Control-Request-Headers"
SEVEN = "x-one, X-TWO,accept, content-type, content-language,accept-language , x-one"
ORIGINS = sent(
    "requests of other origins",
    to("GET /some-origins/text?size=1", shared(ONE), f"Origin: {ONE}"),
    to(
        "GET /some-origins/text?size=1",
        shared("https://a.three.example"),
        "Origin: https://a.three.example",
    ),
    to(
        "GET /some-origins/varied",
        varied(
            sized(500, access_control_allow_origin=ONE, **SHOWN),
            "Origin",
            VARY_LINES_JOINED_BY_CORS,
        ),
        f"Origin: {ONE}",
    ),
    to("GET /some-origins/text?size=1", shared(ABSENT, VARIES), f"Origin: {FOUR}"),
    to(
        "GET /some-origins/text?size=1",
        shared(ABSENT, VARIES),
        "Origin: https://a.three.example.org",
    ),
    to("GET /some-origins/text?size=1", sized(1, vary=VARIES)),
    *(
        to(f"GET /some-origins/status/{status}", shared_failure(status), f"Origin: {ONE}")
        for status in (404, 503)
    ),
    to(
        "OPTIONS /some-origins/text",
        preflight(TWO),
        f"Origin: {TWO}",
        f"{METHOD}: PUT",
        f"{HEADERS}: {SEVEN}",
    ),
    to(
        "OPTIONS /some-origins/text",
        preflight(TWO, "method, headers"),
        *(f"Origin: {TWO}", f"{METHOD}: POST", f"{HEADERS}: {SEVEN}, x-three"),
    ),
    to(
        "OPTIONS /some-origins/text",
        since(
            PRIVATE_NETWORK_REFUSED,
            preflight(ABSENT, "origin, private-network"),
            before=preflight(ABSENT, "origin"),
        ),
        *(f"Origin: {FOUR}", f"{METHOD}: GET", "Access-Control-Request-Private-Network: true"),
    ),
    to(
        "GET /any-origin/text?size=1",
        since(CREDENTIALS_NAME_ORIGIN, shared(ONE), before=shared("*", "Cookie")),
        f"Origin: {ONE}",
    ),
    to("GET /any-origin/text?size=1", shared(ONE), f"Origin: {ONE}", "Cookie: a=1"),
    to("OPTIONS /any-origin/text", preflight(ONE), f"Origin: {ONE}", f"{METHOD}: GET"),
    to(
        "OPTIONS /anything/text",
        preflight("*", of=UNCHECKED | {"access-control-allow-headers": "x-one , y"}),
        *("Origin: null", f"{METHOD}: PATCH", f"{HEADERS}: x-one , y"),
    ),
    to(
        "OPTIONS /anything/text",
        preflight("*", "method", UNCHECKED),
        "Origin: null",
        f"{METHOD}: TRACE",
    ),
)


SCENARIOS = [WRAPPED, ORIGINS]

"""An app of many features, through the middleware that Starlette has for it."""

import zlib
from typing import Any

from specs.features.feature_app import sent, to
from specs.ledger.responses import TEXT, UVICORN, content, redirect, text
from starlette_conformance.model.expectations import ABSENT, Response, chunked


def sized(size: int, **headers: Any) -> Response:
    more = {key.replace("_", "-"): value for key, value in headers.items()}
    return Response(200, content(b"x" * size, TEXT, {"vary": "Cookie"} | more), b"x" * size)


def zipped(size: int) -> Response:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    body = compressor.compress(b"x" * size) + compressor.flush()
    more = {"vary": "Cookie, Accept-Encoding", "content-encoding": "gzip"}
    return Response(200, content(body, TEXT, more), body)


def of_type(kind: str) -> Response:
    return Response(200, content(b"x" * 500, kind, {"vary": "Cookie"}), b"x" * 500)


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
    to("GET /gzip/text?size=500", zipped(500), GZIP),
    # RFC 9110 section 12.5.3 says that q=0 is not acceptable; it is sent all the same.
    to("GET /gzip/text?size=500", zipped(500), "Accept-Encoding: gzip;q=0"),
    to("GET /gzip/text?size=200000", zipped(200_000), "Accept-Encoding: deflate, gzip;q=0.5"),
    to(
        "GET /gzip/text?size=500", sized(500, vary="Cookie, Accept-Encoding"), "Accept-Encoding: br"
    ),
    to("GET /gzip/text?size=500&type=image/png", of_type("image/png"), GZIP),
    to(
        "GET /gzip/text?size=500&type=text/event-stream",
        of_type("text/event-stream; charset=utf-8"),
        GZIP,
    ),
    to("GET /trusted/text?size=1", sized(1), "Host: www.example.com:8000"),
    to(
        "GET /trusted/text?size=1",
        redirect("http://www.example.com:8000/trusted/text?size=1"),
        "Host: example.com:8000",
    ),
    to("GET /trusted/text?size=1", sized(1), "Host: A.EXAMPLE.NET"),
    to("GET /trusted/text?size=1", INVALID_HOST, "Host: example.net"),
    to("GET /trusted/text?size=1", sized(1), "Host: [::1]:80"),
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
SAFE = "Accept, Accept-Language, Content-Language, Content-Type"
OF_PREFLIGHT = {
    "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network",
}
CHECKED = SHARED | {
    "access-control-allow-methods": "GET, PUT",
    "access-control-max-age": "60",
    "access-control-allow-headers": f"{SAFE}, X-One, X-Two",
}
UNCHECKED = {
    "access-control-allow-methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY",
    "access-control-max-age": "600",
    "access-control-allow-origin": "*",
}


def shared(origin: Any) -> Response:
    return Response(
        200,
        content(b"x", TEXT, SHOWN | {"access-control-allow-origin": origin}),
        b"x",
    )


def preflight(origin: Any, refused: str = "", of: dict[str, Any] = CHECKED) -> Response:
    body = f"Disallowed CORS {refused}" if refused else "OK"
    headers = OF_PREFLIGHT | of | {"access-control-allow-origin": origin}
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
    to("GET /some-origins/text?size=1", shared(ABSENT), f"Origin: {FOUR}"),
    to("GET /some-origins/text?size=1", shared(ABSENT), "Origin: https://a.three.example.org"),
    to("GET /some-origins/text?size=1", sized(1, vary="Cookie, Origin")),
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
        preflight(ABSENT, "origin, private-network"),
        *(f"Origin: {FOUR}", f"{METHOD}: GET", "Access-Control-Request-Private-Network: true"),
    ),
    to("GET /any-origin/text?size=1", shared(ONE), f"Origin: {ONE}"),
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

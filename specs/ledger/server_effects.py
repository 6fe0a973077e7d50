"""What changes of uvicorn, and its parser, do to a response, whatever the app."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from specs.ledger import changes as named
from specs.ledger.apps import APPS as ROWS
from specs.ledger.handshakes import has_library
from specs.ledger.parsers import ByHttptools, heads_by_h11, read_by_h11
from specs.ledger.raw_requests import UNFRAMED
from specs.ledger.responses import BAD_REQUEST
from specs.ledger.static_files_model import MORE
from specs.ledger.upgrades import LACKING, NO_TUNNEL, UNSUPPORTED
from starlette_conformance.model.effects import Effect, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, WHOLE, Response, resolve
from starlette_conformance.model.request import Request, without_port
from starlette_conformance.replay.send import WAITS

APPS = tuple(row.name for row in ROWS)
CLOSED = "no response: closed by the server"
ENDLESS = "the body does not end: left by the client"
ANY_PORT = 49_494
COUNTED = 65_536
CHUNK_BLANKS = re.compile(rb"(?m)^([0-9A-Fa-f]+)[ \t]+\r\n")
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")
REQUEST_LINE = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+ ([^ \r]+) HTTP/[0-9]\.[0-9]\r\n")
VISIBLE = re.compile(rb"[\x21-\x7e]+")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\r\n]*)?\r\n")


def _may_be_invalid(request: Request, response: Response) -> bool:
    return response.ending == CLOSED or read_by_h11(request.data)[1]


def _refused(request: Request, response: Response, newer: Environment) -> Response:
    if response.ending != CLOSED:
        follows = newer.parser == "h11" and response.ending == WHOLE
        return replace(response, ending=MORE) if follows else response
    return _refuse(request, response, newer)


def _refuse(request: Request, __: Response, newer: Environment) -> Response:
    """What uvicorn says of a request that its parser does not take."""
    if not named.INVALID_ANSWERED.applies_to(newer):
        return Response(0, reason="", version="", ending=CLOSED)
    expected: Any = NO_TUNNEL if request.method == "CONNECT" else BAD_REQUEST
    if newer.parser == "h11":
        read, _ = read_by_h11(request.data)
        expected = UNFRAMED if read and read[-1].http_version >= b"1.1" else BAD_REQUEST
    return _masked(request, resolve(expected, newer).value)


def _masked(request: Request, response: Response) -> Response:
    """A response of uvicorn's own as a client sees it.

    It has a body to HEAD too, unless h11 has read the request. The body ends with the connection
    where its length is not told.
    """
    headers = response.headers | ({"date": "DATE"} if "date" in response.headers else {})
    found = replace(response, headers=headers, reason=response.expected_reason())
    if request.method == "HEAD":
        read = "transfer-encoding" in headers
        return replace(found, body=b"", ending=WHOLE if read else MORE, closes=True)
    body = b"".join(getattr(response.body, "chunks", (response.body,)))
    return replace(found, body=body, closes=True)


def _is_no_upgrade(request: Request, response: Response) -> bool:
    expected = {UNSUPPORTED.encode(), LACKING.encode()}
    if request.method == "HEAD" and "upgrade" in _options(request):
        expected.add(b"")
    return bool(response.status == 400 and response.body in expected)


def _explained(_: Request, response: Response, newer: Environment) -> Response:
    if has_library(newer):  # then none is lacking
        return response
    return replace(response, body=response.body and LACKING.encode())


def _without_upgrade(request: Request) -> Request:
    """The same request but for the wish to upgrade; to httptools CONNECT is one."""
    head, end, rest = request.data.partition(b"\r\n\r\n")
    head = re.sub(rb"\ACONNECT ", b"PUT ", head)
    head = re.sub(
        rb"(?im)^connection:.*", lambda found: re.sub(rb"(?i)upgrade", b"x", found[0]), head
    )
    return replace(request, data=head + end + rest)


def _not_upgraded(_: Request, response: Response, newer: Environment) -> Response:
    """As without the wish; what came together with it, httptools drops."""
    drops = newer.parser == "httptools" and response.ending == MORE
    return replace(response, ending=WHOLE) if drops else response


SCHEMES = {"http", "https", "ws", "wss"}


def _schemes(request: Request, response: Response) -> list[str]:
    """The schemes that a proxy names, line by line, where Location shows the last one."""
    if response.status != 307 or "//" not in response.headers.get("location", ""):
        return []
    return [value.strip() for name, value in request.headers if name == "x-forwarded-proto"]


def _names_odd_scheme(request: Request, response: Response) -> bool:
    schemes = _schemes(request, response)
    return bool(schemes) and schemes[-1] not in SCHEMES


def _names_two_schemes(request: Request, response: Response) -> bool:
    schemes = _schemes(request, response)
    return len(schemes) > 1 and schemes[-1] in SCHEMES


def _with_last_scheme(request: Request, response: Response, _: Environment) -> Response:
    rest = response.headers["location"].partition("//")[2]
    return with_headers(response, location=f"{_schemes(request, response)[-1]}://{rest}")


def _with_own_scheme(_: Request, response: Response, __: Environment) -> Response:
    return with_headers(
        response, location="http://" + response.headers["location"].partition("//")[2]
    )


def _fails_by_scheme(request: Request, response: Response) -> bool:
    """Whether an app may have failed since it knows no default port of such a scheme."""
    schemes = [value for name, value in request.headers if name == "x-forwarded-proto"]
    return response.status == 500 and bool(schemes) and schemes[-1] not in SCHEMES


def _without_schemes(request: Request) -> Request:
    """The same request but for what a proxy says of the scheme."""
    head, end, rest = request.data.partition(b"\r\n\r\n")
    return replace(
        request, data=re.sub(rb"(?i)\r\nx-forwarded-proto:[^\r]*", b"", head) + end + rest
    )


def _options(request: Request) -> set[str]:
    """What Connection says."""
    values = (value for name, value in request.headers if name == "connection")
    return {part.strip().lower() for value in values for part in value.split(",")}


def _version(request: Request) -> bytes:
    """The last word of the request line; httptools overlooks line breaks before it."""
    return request.data.lstrip(b"\r\n").partition(b"\r\n")[0].rpartition(b" ")[2]


def _is_old(request: Request) -> bool:
    return _version(request) == b"HTTP/1.0"


def _is_refused(_: Request, response: Response) -> bool:
    return bool(response.status == 400 and response.body == BAD_REQUEST.body)


def _alone(request: Request) -> Request:
    """A last request without a body, without what follows it."""
    head, end, _ = request.data.partition(b"\r\n\r\n")
    framed = {"content-length", "transfer-encoding"} & {name for name, _ in request.headers}
    is_last = _is_old(request) or "close" in _options(request)
    return replace(request, data=head + end) if is_last and not framed else request


def _as_it_is(_: Request, response: Response, __: Environment) -> Response:
    return response


def _closing(_: Request, response: Response, __: Environment) -> Response:
    """The app of the stream says keep-alive, whatever uvicorn adds."""
    said = response.headers.get("connection")
    headers = with_headers(response, connection=(said, "close") if said else "close")
    return replace(headers, closes=response.ending == WHOLE)


def _is_kept(_: Request, response: Response) -> bool:
    return bool(response.status) and response.headers.get("connection") in (None, "keep-alive")


def _should_close(request: Request, response: Response) -> bool:
    """Whether httptools knows that the connection should close, and uvicorn did not ask it."""
    last = "close" in _options(request) or _version(request) not in (b"HTTP/1.1", b"HTTP/1.0")
    return last and _is_kept(request, response)


def _closes_unsaid(request: Request, response: Response) -> bool:
    return _is_old(request) and _is_kept(request, response)


def _is_long(request: Request, _: Response | None = None) -> bool:
    return len(request.target) >= COUNTED


def _counted(request: Request) -> Request:
    """The request as httptools read it before it refused long targets: it counted in 16 bits."""
    target = request.target.encode("latin-1")
    cut = target[: len(target) % COUNTED]
    return replace(request, data=request.data.replace(target, cut, 1)) if cut else request


def _has_long_length(request: Request, _: Response) -> bool:
    length = request.header("content-length") or ""
    return len(length) > 20 and length.isdecimal()


def _has_odd_chunk_end(request: Request, _: Response) -> bool:
    """Whether two other bytes than CRLF stand behind a chunk, none before it being odd as well."""
    rest = request.data.partition(b"\r\n\r\n")[2]
    if (request.header("transfer-encoding") or "").lower() != "chunked":
        return False
    while found := CHUNK.match(rest):
        size = int(found[1], 16)
        rest = rest[found.end() + size :]
        if not size or len(rest) < 2:
            return False
        if rest[:2] != b"\r\n":
            return True
        rest = rest[2:]
    return False


def _has_odd_target(request: Request, _: Response) -> bool:
    """Whether a target has what h11 takes before 0.9.0 only."""
    found = REQUEST_LINE.match(request.data)
    return bool(found and not VISIBLE.fullmatch(found[1]))


def _without_controls(request: Request) -> Request:
    """The request with letters in the place of control characters in values of headers."""
    line, end, rest = request.data.partition(b"\r\n")
    head, blank, body = rest.partition(b"\r\n\r\n")
    head = re.sub(rb"(?<=:)[^\r\n]*", lambda found: CONTROLS.sub(b"x", found[0]), head)
    return replace(request, data=line + end + head + blank + body)


def _with_one_length(request: Request) -> Request:
    """The request with a Content-Length that is there several times, and the same, once."""
    lengths = {
        part.strip()
        for name, value in request.headers
        if name == "content-length"
        for part in value.split(",")
    }
    if len(lengths) != 1:
        return request
    head, end, rest = request.data.partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^content-length:[^\r]*(?:\r\n)?", b"", head + b"\r\n")
    head += b"Content-Length: " + lengths.pop().encode("latin-1")
    return replace(request, data=head + end + rest)


def _with_crlf(request: Request) -> Request:
    """The request with CRLF behind each line of its head."""
    head, end, rest = re.match(rb"(?s)(.*?)(\r?\n\r?\n|\Z)(.*)", request.data).groups()  # type: ignore[union-attr]
    lines = re.sub(rb"\r?\n", b"\r\n", head)
    return replace(request, data=lines + (b"\r\n\r\n" if end else b"") + rest)


def _without_chunk_blanks(request: Request) -> Request:
    head, end, rest = request.data.partition(b"\r\n\r\n")
    return replace(request, data=head + end + CHUNK_BLANKS.sub(rb"\1\r\n", rest))


def _with_put(request: Request) -> Request:
    """No app here has a route for either method."""
    return replace(request, data=re.sub(rb"\AQUERY ", b"PUT ", request.data))


def _is_not_taken(_: Request, response: Response) -> bool:
    return response.ending == WAITS or (response.status == 400 and "date" not in response.headers)


def _is_not_known(_: Request, response: Response) -> bool:
    return bool(response.status == 400)


def _begins_otherwise(request: Request, response: Response) -> bool:
    return response.ending == WAITS and bool(request.data) and request.data[0] < ord("!")


def _is_loosely_chunked(request: Request, response: Response) -> bool:
    """Whether it has what httptools takes before 0.6.0 only."""
    if not response.status or _is_refused(request, response):
        return False
    head, _, rest = request.data.partition(b"\r\n\r\n")
    sizes = re.search(rb"(?m)^[0-9A-Fa-f]+(?:[ \t]+|;)\r\n", rest) and b"chunked" in head.lower()
    folds = re.search(rb"(?i)\A[^\r]*\r\n[ \t]|\r\ntransfer-encoding:[ \t]*\r\n[ \t]", head)
    return bool(sizes or folds)


def _is_loose(request: Request, response: Response) -> bool:
    """Whether httptools refuses it today, but for what it lost count of."""
    if not response.status or _is_refused(request, response) or _is_long(request):
        return False
    return ByHttptools(request.to(ANY_PORT)).refused


@lru_cache(4096)
def _written_out(request: Request) -> Request:
    """The first request as h11 reads it, too; the request itself where h11 reads it so."""
    found = ByHttptools(_counted(request).to(ANY_PORT))
    if found.refused or not found.heads:
        return request
    head, data = found.heads[0], request.to(ANY_PORT)
    same = heads_by_h11(data) == heads_by_h11(head)
    return request if same else replace(request, data=without_port(head, ANY_PORT))


def _said_by_httptools(request: Request, response: Response, newer: Environment) -> Response:
    """A response that says close with h11, the one of the stream in place of its keep-alive."""
    heeded = named.CLOSE_HEEDED.applies_to(newer) or ("connection", "close") in request.headers
    said = ("keep-alive",) if "x-accel-buffering" in response.headers else ()
    values = (*said, "close") if heeded else said
    expected = with_headers(
        response, connection=values if len(values) > 1 else (*values, ABSENT)[0]
    )
    return (
        expected if heeded else replace(expected, closes=response.closes and response.status >= 500)
    )


def _by_httptools(request: Request, response: Response, newer: Environment) -> Response:
    """What is answered with httptools; `response` is that with h11 to the request written out."""
    read = ByHttptools(_counted(request).to(ANY_PORT))
    if read.refused or (_is_long(request) and named.LONG_TARGETS_REFUSED.applies_to(newer)):
        return _masked(request, resolve(BAD_REQUEST, newer).value)
    if not read.heads:
        return Response(0, reason="", version="", ending=WAITS)
    if request.method == "HEAD" and response.headers.get("transfer-encoding") == "chunked":
        response = with_headers(response, transfer_encoding=ABSENT)
    if response.headers.get("connection") == "close":
        response = _said_by_httptools(request, response, newer)
    if _is_unframed(request, response):  # h11 knows that HTTP/1.0 has no chunks
        response = with_headers(response, transfer_encoding="chunked")
    if response.ending == ENDLESS:
        response = replace(response, ending="no last chunk: left by the client")
    follows = len(read.heads) > 1 and not read.upgrades and response.ending == WHOLE
    follows = follows and not _is_old(request)  # uvicorn closes after HTTP/1.0
    follows = follows and not _holds(request, response, newer)
    return replace(response, ending=MORE) if follows else response


def _is_unframed(request: Request, response: Response) -> bool:
    """Whether nothing but its end says how long the body of a response is."""
    bodiless = request.method == "HEAD" or response.status in (0, 204, 304)
    framed = {"content-length", "transfer-encoding"} & response.headers.keys()
    return not (bodiless or framed)


def _holds(request: Request, response: Response, environment: Environment) -> bool:
    """Whether the stream goes on that a HEAD opened, so that the next request has to wait."""
    is_stream = str(response.headers.get("content-type", "")).startswith("text/event-stream")
    opens = not named.HEAD_OPENS_NO_STREAM.applies_to(environment)
    return request.method == "HEAD" and is_stream and opens


EFFECTS: list[Effect] = [
    Effect(None, APPS, lambda *_: True, _by_httptools, as_if=_written_out, parser="httptools"),
    Effect(named.TARGETS_CHECKED, APPS, _has_odd_target, _refuse, parser="h11"),
    Effect(
        named.CONTROLS_TAKEN, APPS, _is_not_taken, _as_it_is, as_if=_without_controls, parser="h11"
    ),
    Effect(
        named.LENGTHS_MERGED, APPS, _is_not_taken, _as_it_is, as_if=_with_one_length, parser="h11"
    ),
    Effect(
        named.H11_WRITES_CAPITALS,
        APPS,
        lambda *_: False,
        _as_it_is,
        parser="h11",
        spells=("connection", "transfer-encoding"),
    ),
    Effect(named.LF_ENDS_LINES, APPS, _is_not_taken, _as_it_is, as_if=_with_crlf, parser="h11"),
    Effect(named.BINARY_REFUSED_EARLY, APPS, _begins_otherwise, _refuse, parser="h11"),
    Effect(
        named.CHUNK_BLANKS_TAKEN,
        APPS,
        _is_not_taken,
        _as_it_is,
        as_if=_without_chunk_blanks,
        parser="h11",
    ),
    Effect(named.CHUNK_SIZES_STRICT, APPS, _is_loosely_chunked, _refuse, parser="httptools"),
    Effect(named.HEADS_STRICT, APPS, _is_loose, _refuse, parser="httptools"),
    Effect(named.QUERY_KNOWN, APPS, _is_not_known, _as_it_is, as_if=_with_put, parser="httptools"),
    Effect(named.LONG_LENGTHS_REFUSED, APPS, _has_long_length, _refuse, parser="h11"),
    Effect(named.CHUNK_ENDS_CHECKED, APPS, _has_odd_chunk_end, _refuse, parser="h11"),
    Effect(named.LONG_TARGETS_REFUSED, APPS, _is_long, _refuse, parser="httptools"),
    Effect(named.INVALID_ANSWERED, APPS, _may_be_invalid, _refused),
    Effect(named.UPGRADE_REFUSAL_EXPLAINED, APPS, _is_no_upgrade, _explained),
    Effect(named.UPGRADES_IGNORED, APPS, _is_no_upgrade, _not_upgraded, as_if=_without_upgrade),
    Effect(named.H11_STOPS_AT_CLOSE, APPS, _is_refused, _as_it_is, as_if=_alone, parser="h11"),
    Effect(named.FORWARDED_SCHEME_CHECKED, APPS, _names_odd_scheme, _with_own_scheme),
    Effect(
        named.FORWARDED_SCHEME_CHECKED, APPS, _fails_by_scheme, _as_it_is, as_if=_without_schemes
    ),
    Effect(
        named.FORWARDED_TWICE_IGNORED,
        APPS,
        _names_two_schemes,
        _with_own_scheme,
        _with_last_scheme,
    ),
    Effect(
        named.HTTPTOOLS_STOPS_AT_CLOSE,
        APPS,
        _is_refused,
        _as_it_is,
        as_if=_alone,
        parser="httptools",
    ),
    Effect(named.CLOSE_HEEDED, APPS, _should_close, _closing, parser="httptools"),
    Effect(named.CLOSE_ANNOUNCED, APPS, _closes_unsaid, _closing, parser="httptools"),
]

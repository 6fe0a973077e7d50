"""What a change does to a response, for `starlette-conformance explore`.

A prediction is exact: the response before, rewritten, is the whole response after.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path

from packaging.version import Version

from specs.ledger import any_file, handshake_effects, hosts, static_files_model
from specs.ledger import changes as named
from specs.ledger import server_effects as servers
from specs.ledger.apps import having
from specs.ledger.responses import BAD_REQUEST
from specs.ledger.site import SITE, SITE_404
from starlette_conformance.model import changes
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, To, with_headers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, CONTINUE, Response
from starlette_conformance.model.request import Request
from starlette_conformance.replay.send import ANOTHER
from starlette_conformance.stacks import site_fixture

ROUTES = having("routes")
CORS = having("cors")
FILES = having("files")
STREAM = having("stream")


def _headers(
    change: Change,
    apps: tuple[str, ...],
    when: Callable[[Request, Response], bool],
    **changed: object,
) -> Effect:
    """An effect that sets headers, or leaves them out where ABSENT."""
    return Effect(change, apps, when, lambda _, response, __: with_headers(response, **changed))


def _varying(change: Change, when: Callable[[Request, Response], bool]) -> list[Effect]:
    """Effects by which a response varies by Origin: behind, or before, what else it varies by."""

    def added(parts: Callable[[list[str]], list[str]]) -> Effect:
        def rewrite(_: Request, response: Response, __: Environment) -> Response:
            names = _names_in_vary(response)
            if "Origin" in names:
                return response
            return with_headers(response, vary=", ".join(parts(names)))

        return Effect(change, CORS, when, rewrite)

    return [added(lambda names: [*names, "Origin"]), added(lambda names: ["Origin", *names])]


def _names_in_vary(response: Response) -> list[str]:
    return [name for name in str(response.headers.get("vary", "")).split(", ") if name]


def _without_origin(response: Response) -> object:
    return ", ".join(name for name in _names_in_vary(response) if name != "Origin") or ABSENT


def _modelled(change: Change) -> Effect:
    """One that `static_files_model` knows: its response before the change, and the one after."""

    def becomes(
        first: str, second: str, lacking: tuple[Change, ...] = ()
    ) -> Callable[[Request, Response, Environment], Response]:
        last: tuple[Environment, list[tuple[_Release, _Release]]] | None = None

        def releases(newer: Environment) -> list[tuple[_Release, _Release]]:
            nonlocal last
            if last is None or last[0] is not newer:
                later = MODELLED[MODELLED.index(change) + 1 :] if lacking else ()
                sides = _at(newer, first, (*lacking, *later)), _at(newer, second, later)
                passing = frozenset(each for each in MODELLED if each.last) - {change}
                pairs = [[_Release.of(s, gone) for s in sides] for gone in (NONE_GONE, passing)]
                last = newer, [(older, younger) for older, younger in pairs]
            return last[1]

        def rewrite(request: Request, response: Response, newer: Environment) -> Response:
            for pair in releases(newer):
                was, now = (_model(request, release) for release in pair)
                if was is not now and static_files_model.kept(response, was) == response:
                    return static_files_model.kept(response, now)
            return response

        return rewrite

    MODELLED.append(change)
    first, last = change.first, change.last or change.first
    forth, back = becomes(first, first, (change,)), becomes(last, f"{last}.post1")
    return Effect(
        change,
        FILES,
        _reads_files,
        forth,
        back if change.last else None,
        of_any_app=partial(_of_any_file, change),
    )


def _of_any_file(
    change: Change,
    request: Request,
    response: Response,
    newer: Environment,
    to: To,
    _: Response,
) -> Response:
    """What the change makes of the response with a file of an app that nobody knows."""
    whole = any_file.whole(request, response, to)
    if whole is None:
        return response
    later = MODELLED[MODELLED.index(change) + 1 :]
    sides = _at(newer, change.first, (change, *later)), _at(newer, change.first, later)
    for asked in (request, any_file.without_conditions(request)):
        was, now = (any_file.predicted(asked, whole, environment) for environment in sides)
        if static_files_model.kept(response, was) == response:
            return static_files_model.kept(response, now)
    return response


NONE_GONE = frozenset[Change]()
MODELLED: list[Change] = []
"""Changes of one release come one after the other, in the order of EFFECTS."""


@cache
def _root(files: str) -> Path:
    """The folder that static_files serves."""
    content = {"SITE": SITE, "SITE_404": SITE_404}[files]
    return (site_fixture.lay_out(content) / "html").resolve()


@dataclass(frozen=True)
class _Release:
    """What the model tells releases apart by: the changes that one has."""

    has: frozenset[Change]
    environment: Environment = field(compare=False)

    @classmethod
    def of(cls, environment: Environment, gone: frozenset[Change]) -> "_Release":
        """A release that `gone`, which came and went, have left."""
        lacking = environment.lacking | gone
        versions = environment.packages["starlette"], environment.python
        has = _changes_of(*versions, lacking)
        return cls(has, replace(environment, lacking=lacking))


@cache
def _changes_of(starlette: str, python: str, lacking: frozenset[Change]) -> frozenset[Change]:
    versions = {"starlette": Version(starlette), "python": Version(python)}
    known = [each for each in changes.named(vars(named).items()).values() if each not in lacking]
    return frozenset(c for c in known if c.package in versions and c.holds_in(versions[c.package]))


@lru_cache(64)
def _model(request: Request, release: _Release) -> Response:
    """What the model says; the release after one change is the one before the next."""
    known = _predictions(request)
    for consulted, had, response in known:
        if consulted & release.has == had:
            return response
    lacking = _Consulted(release.environment.lacking)
    environment = replace(release.environment, lacking=lacking)
    response = static_files_model.predicted(request, environment, _root(request.files))
    known.append((lacking.changes, lacking.changes & release.has, response))
    return response


@lru_cache(8)
def _predictions(_: Request) -> list[tuple[set[Change], set[Change], Response]]:
    """What the model said already: which changes it looked at, and which of them there were. It
    says the same of every release that is alike in these.
    """
    return []


class _Consulted(frozenset[Change]):
    """Changes that a release lacks; it notes which ones are looked for."""

    def __init__(self, _: Iterable[Change]) -> None:
        self.changes: set[Change] = set()

    def __contains__(self, change: object) -> bool:
        if isinstance(change, Change):
            self.changes.add(change)
        return super().__contains__(change)


def _at(environment: Environment, starlette: str, lacking: Iterable[Change]) -> Environment:
    packages = {**environment.packages, "starlette": starlette}
    return replace(environment, packages=packages, lacking=frozenset(lacking))


def _reads_files(request: Request, _: Response) -> bool:
    return request.method in ("GET", "HEAD")


def _as_on_the_other(*given: object) -> Response:
    """What only the app knows: the whole response of the other stack."""
    target = given[-1]
    assert isinstance(target, Response)
    return target


def _is_stream(_: Request, response: Response) -> bool:
    media_type = str(response.headers.get("content-type", ""))
    return response.status == 200 and media_type.startswith("text/event-stream")


def _said(response: Response) -> tuple[str, ...]:
    """What Connection says, line by line."""
    said = response.headers.get("connection", ())
    return said if isinstance(said, tuple) else (said,)


def _without_stream(request: Request, response: Response, _: Environment) -> Response:
    """HEAD gets its response at once, and the next request on its connection heard."""
    closes = "close" in _said(response)
    followed = ANOTHER in request.data.partition(b"\r\n\r\n")[2]
    more = followed and not closes
    return replace(
        response, ending=static_files_model.MORE if more else response.ending, closes=closes
    )


def _expects_continue(request: Request) -> bool:
    line = request.data.partition(b"\r\n")[0]
    expected = (request.header("expect") or "").lower()
    return expected == "100-continue" and line.endswith(b"HTTP/1.1")


def _is_preflight(request: Request) -> bool:
    return (
        request.method == "OPTIONS"
        and request.header("origin") is not None
        and request.header("access-control-request-method") is not None
    )


def _is_origin_named_by_cookie(request: Request, response: Response) -> bool:
    """Whether CORSMiddleware responds with the origin because of a cookie."""
    return (
        not _is_preflight(request)
        and None not in (request.header("origin"), request.header("cookie"))
        and "access-control-allow-origin" in response.headers
    )


def _is_from_app(response: Response) -> bool:
    """Whether CORSMiddleware saw the response: uvicorn's own refusal has a date with httptools."""
    length = response.headers.get("content-length")
    refusal = response.status == 400 and (
        response.body == BAD_REQUEST.body
        or (not response.body and length == str(len(BAD_REQUEST.body)))
    )
    return "date" in response.headers and response.status != 500 and not refusal


def _has_blank_in_location(_: Request, response: Response) -> bool:
    return "+" in response.headers.get("location", "")


def _escape_blanks(request: Request, response: Response, _: Environment) -> Response:
    """Of the + in Location, those that were blanks in what was asked become %20."""
    url = f"{request.header('host')}{request.path}?{request.query}"
    first, *rest = response.headers["location"].split("+")
    written = ("+" if char == "+" else "%20" for char in url if char in " +")
    return with_headers(
        response,
        location=first
        + "".join(f"{sign}{part}" for sign, part in zip(written, rest, strict=False)),
    )


def _escape_blanks_of_any_app(
    request: Request, response: Response, newer: Environment, _: To, __: Response
) -> Response:
    """An app may redirect to what was not asked for: then every + was a blank."""
    if set("+ ") & {*request.path, *request.query}:
        return _escape_blanks(request, response, newer)
    return with_headers(response, location=response.headers["location"].replace("+", "%20"))


def _refuse_private_network(_: Request, response: Response, __: Environment) -> Response:
    body = "Disallowed CORS private-network"
    if response.status == 400:
        body = f"{response.body.decode()}, private-network"
    return replace(
        with_headers(response, content_length=str(len(body))),
        status=400,
        reason="Bad Request",
        body=body.encode(),
    )


def _refuses_headers_twice(_: Request, response: Response) -> bool:
    return response.status == 400 and b"headers, headers" in response.body


def _refuse_headers_once(_: Request, response: Response, __: Environment) -> Response:
    body = response.body.partition(b", headers")[0]
    body += b"" if body.endswith(b"headers") else b", headers"
    return replace(with_headers(response, content_length=str(len(body))), body=body)


def _is_file_with_body(request: Request, response: Response) -> bool:
    """A whole file, a part of one, or the 404.html."""
    return request.method == "GET" and "etag" in response.headers and response.status != 304


def _let_go_on(_: Request, response: Response, newer: Environment) -> Response:
    """With a 100 where the app listens to the client beside the file."""
    listens = named.FILE_HEEDS_DISCONNECT.applies_to(newer)
    listens = listens and not named.LEAVING_SHOWS_IN_SENDING.applies_to(newer)
    return replace(response, interim=(CONTINUE,) if listens else ())


def _pinging(change: Change, before: str, now: str) -> Effect:
    """One of the lines of a ping, in which the time is masked."""
    was, becomes = (f"{lines}\r\n\r\n".encode() for lines in (before, now))
    return Effect(
        change,
        STREAM,
        lambda request, response: _is_stream(request, response) and was in response.body,
        lambda _, response, __: replace(response, body=response.body.replace(was, becomes)),
    )


EFFECTS = [
    *handshake_effects.EFFECTS,
    *servers.EFFECTS,
    Effect(
        named.STATUS_PHRASES_OF_RFC_9110,
        FILES,
        lambda _, response: response.status == 416,
        lambda _, response, __: replace(response, reason="Range Not Satisfiable"),
    ),
    *_varying(named.COOKIE_ANSWER_VARIES, _is_origin_named_by_cookie),
    Effect(named.HEADERS_REFUSED_ONCE, CORS, _refuses_headers_twice, _refuse_headers_once),
    _modelled(named.PAGE_OF_404_HAS_NO_304),
    Effect(
        named.REDIRECT_BLANK_ESCAPED,
        (*ROUTES, *FILES),
        _has_blank_in_location,
        _escape_blanks,
        of_any_app=_escape_blanks_of_any_app,
    ),
    _modelled(named.FILE_AS_FOLDER_NOT_FOUND),
    Effect(
        named.EMPTY_BODY_HAS_LENGTH,
        (*ROUTES, *FILES),
        lambda _, response: (
            response.status in (307, 401) and "content-length" not in response.headers
        ),
        lambda _, response, __: replace(
            with_headers(response, content_length="0", transfer_encoding=ABSENT),
            closes=response.headers.get("connection") == "close",
        ),
    ),
    Effect(
        named.ALLOW_ON_405,
        ROUTES,
        lambda _, response: response.status == 405,
        lambda _, response, __: with_headers(response, allow="GET, HEAD"),
        of_any_app=lambda _, response, __, ___, other: with_headers(
            response, allow=other.headers.get("allow", ABSENT)
        ),
    ),
    _modelled(named.LINKS_LEAD_OUT),
    _modelled(named.SIBLING_FOLDER_HIDDEN),
    _modelled(named.LINE_BREAK_REDIRECTS),
    _modelled(named.ETAG_QUOTED),
    _modelled(named.LINE_BREAK_KEPT),
    _modelled(named.PATHSEND_ASSUMED),
    _modelled(named.LONG_NAME_NOT_FOUND),
    _modelled(named.RANGES),
    _modelled(named.BOUNDARY_OF_26_DIGITS),
    _modelled(named.LARGE_PARTS_WHOLE),
    _modelled(named.RANGES_SPLIT),
    _modelled(named.NONE_MATCH_FIRST),
    Effect(
        named.PRIVATE_NETWORK_REFUSED,
        CORS,
        lambda request, response: (
            _is_preflight(request)
            and _is_from_app(response)
            and request.header("access-control-request-private-network") is not None
        ),
        _refuse_private_network,
    ),
    _modelled(named.UNSATISFIABLE_NAMES_UNIT),
    _modelled(named.NULL_BYTE_NOT_FOUND),
    Effect(
        named.COOKIE_CHANGES_NO_ORIGIN,
        CORS,
        _is_origin_named_by_cookie,
        lambda _, response, __: with_headers(
            response, access_control_allow_origin="*", vary=_without_origin(response)
        ),
    ),
    _modelled(named.RANGES_MERGED),
    _modelled(named.MULTIPART_MENDED),
    Effect(
        named.HOST_CHECKED,
        (*ROUTES, *FILES),
        lambda request, response: (
            hosts.redirects(request, response)
            and not hosts.is_old_host(request.header("host") or "")
        ),
        hosts.to_itself,
    ),
    Effect(
        named.HOST_FAILS_NO_APP,
        (*CORS, *FILES),
        lambda request, response: (
            hosts.fails_by_host(request, response)
            and not hosts.is_old_host(request.header("host") or "")
        ),
        hosts.no_failure,
        of_any_app=_as_on_the_other,
    ),
    Effect(
        named.HOST_FAILS_NO_APP,
        STREAM,
        lambda request, response: (
            request.path == "/stream"
            and hosts.fails_by_host(request, response)
            and not hosts.is_old_host(request.header("host") or "")
        ),
        lambda _, response, __: response,
        as_if=hosts.with_usual_host,
    ),
    _modelled(named.ABSOLUTE_PATHS_REFUSED),
    _modelled(named.UNKNOWN_TYPE_BINARY),
    _modelled(named.WEAK_PREFIX_EXACT),
    _modelled(named.LONG_SUFFIX_CLAMPED),
    _modelled(named.EMPTY_RANGE_REFUSED),
    _modelled(named.HUNDRED_RANGES),
    *_varying(
        named.CORS_VARIES_ALWAYS,
        lambda request, response: not _is_preflight(request) and _is_from_app(response),
    ),
    _headers(
        named.PREFLIGHT_VARIES,
        CORS,
        lambda request, response: _is_preflight(request) and _is_from_app(response),
        vary="Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
        "Access-Control-Request-Private-Network",
    ),
    _modelled(named.PAGE_OF_404_HAS_NO_PARTS),
    _modelled(named.STAR_MATCHES_EVERY_TAG),
    Effect(
        named.HOST_GRAMMAR,
        (*ROUTES, *FILES),
        lambda request, response: (
            hosts.redirects(request, response)
            and hosts.is_host(request.header("host") or "")
            is not hosts.is_old_host(request.header("host") or "")
        ),
        hosts.to_what_may_be,
    ),
    Effect(
        named.HOST_GRAMMAR,
        (*CORS, *FILES),
        lambda request, response: (
            hosts.fails_by_host(request, response)
            and hosts.is_old_host(request.header("host") or "")
        ),
        hosts.no_failure,
        of_any_app=_as_on_the_other,
    ),
    Effect(
        named.FILE_HEEDS_DISCONNECT,
        FILES,
        lambda request, response: (
            _is_file_with_body(request, response) and _expects_continue(request)
        ),
        _let_go_on,
    ),
    Effect(
        named.LEAVING_SHOWS_IN_SENDING,
        FILES,
        lambda request, response: (
            _is_file_with_body(request, response) and _expects_continue(request)
        ),
        _let_go_on,
        _let_go_on,
    ),
    _headers(
        named.FILES_ALLOW_ON_405,
        FILES,
        lambda _, response: response.status == 405,
        allow="GET, HEAD",
    ),
    Effect(
        named.PATH_DELIMITERS_ESCAPED,
        (*ROUTES, *FILES),
        lambda request, response: (
            hosts.redirects(request, response) and bool(set("?#\\") & set(request.path))
        ),
        hosts.escape_delimiters,
    ),
    Effect(
        named.STREAM_NAMES_CHARSET,
        STREAM,
        _is_stream,
        lambda _, response, __: with_headers(
            response, content_type="text/event-stream; charset=utf-8"
        ),
        moves=("content-type", "x-accel-buffering"),
    ),
    _headers(named.STREAM_NOT_STORED, STREAM, _is_stream, cache_control="no-store"),
    _pinging(named.PINGS_ARE_EVENTS, "data: : ping TIME", "event: ping\r\ndata: TIME"),
    _pinging(named.PINGS_ARE_COMMENTS, "event: ping\r\ndata: TIME", ": ping - TIME"),
    _pinging(named.PING_TIME_HAS_ZONE, ": ping - TIME", ": ping - TIME+00:00"),
    Effect(
        named.HEAD_OPENS_NO_STREAM,
        STREAM,
        lambda request, response: request.method == "HEAD" and _is_stream(request, response),
        _without_stream,
    ),
    Effect(
        named.EXPECTATION_HEARD,
        STREAM,
        lambda request, response: _is_stream(request, response) and _expects_continue(request),
        lambda _, response, __: replace(response, interim=(CONTINUE,)),
        lambda _, response, __: replace(response, interim=()),
    ),
]

SLOW = {
    "silent_stream": [named.PINGS_ARE_EVENTS, named.PINGS_ARE_COMMENTS, named.PING_TIME_HAS_ZONE]
}
"""Variants of apps that take seconds to respond, and the changes for which they are waited for."""

UNASKED = {
    "it takes a folder that the server may not enter": [named.LOCKED_FOLDER_REFUSED],
}
"""Changes without an effect, which no scenario shows either, by why `diff` does not see them."""

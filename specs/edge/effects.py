"""What changes of uvicorn do to an answer, whatever the app."""

import re
from dataclasses import replace

import h11

from harness.effects import Effect, with_headers
from harness.environments import Environment
from harness.expect import WHOLE, Response, resolve
from harness.project import APPS
from harness.request import Request
from specs import changes as named
from specs.answers import BAD_REQUEST
from specs.edge.asking import UNFRAMED
from specs.edge.upgrades import LACKING, NO_TUNNEL, UNSUPPORTED

MORE = "more after the end"
CLOSED = "no answer: closed by the server"


def _read_by_h11(data: bytes) -> tuple[list[h11.Request], bool]:
    """The requests that h11 reads, and whether it refuses what comes then."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(data)
    found: list[h11.Request] = []
    try:
        while (event := connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                found.append(event)
            elif connection.their_state is not h11.SEND_BODY:
                if not _is_answered(connection):
                    break
                connection.start_next_cycle()
    except h11.RemoteProtocolError:
        return found, True
    return found, False


def _is_answered(connection: h11.Connection) -> bool:
    """Answer the request that was read; tell whether there may be another one."""
    if connection.our_state is h11.SEND_RESPONSE:
        connection.send(h11.Response(status_code=404, headers=[("content-length", "0")]))
        connection.send(h11.EndOfMessage())
    return connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}


def _may_be_invalid(request: Request, answer: Response) -> bool:
    return answer.ending == CLOSED or _read_by_h11(request.data)[1]


def _refused(request: Request, answer: Response, newer: Environment) -> Response:
    if answer.ending != CLOSED:
        follows = newer.parser == "h11" and answer.ending == WHOLE
        return replace(answer, ending=MORE) if follows else answer
    told = NO_TUNNEL if request.method == "CONNECT" else BAD_REQUEST
    if newer.parser == "h11":
        read, _ = _read_by_h11(request.data)
        told = UNFRAMED if read and read[-1].http_version >= b"1.1" else BAD_REQUEST
    return _masked(request, resolve(told, newer))


def _masked(request: Request, answer: Response) -> Response:
    """An answer of uvicorn's own as a client sees it.

    It has a body to HEAD too, unless h11 has read the request. The body ends with the connection
    where its length is not told.
    """
    headers = answer.headers | ({"date": "DATE"} if "date" in answer.headers else {})
    found = replace(answer, headers=headers, reason=answer.expected_reason())
    if request.method == "HEAD":
        read = "transfer-encoding" in headers
        return replace(found, body=b"", ending=WHOLE if read else MORE, closes=True)
    framed = {"content-length", "transfer-encoding"} & set(headers)
    body = b"".join(getattr(answer.body, "chunks", (answer.body,)))
    return replace(found, body=body, closes=bool(framed))


def _is_no_upgrade(request: Request, answer: Response) -> bool:
    told = {UNSUPPORTED.encode(), LACKING.encode()}
    if request.method == "HEAD" and "upgrade" in _options(request):
        told.add(b"")
    return bool(answer.status == 400 and answer.body in told)


def _explained(_: Request, answer: Response, __: Environment) -> Response:
    return replace(answer, body=answer.body and LACKING.encode())


def _without_upgrade(request: Request) -> Request:
    """The same request but for the wish to upgrade; to httptools CONNECT is one."""
    head, end, rest = request.data.partition(b"\r\n\r\n")
    head = re.sub(rb"\ACONNECT ", b"PUT ", head)
    head = re.sub(
        rb"(?im)^connection:.*", lambda found: re.sub(rb"(?i)upgrade", b"x", found[0]), head
    )
    return Request(request.app, head + end + rest)


def _not_upgraded(_: Request, answer: Response, newer: Environment) -> Response:
    """As without the wish; what came together with it, httptools drops."""
    drops = newer.parser == "httptools" and answer.ending == MORE
    return replace(answer, ending=WHOLE) if drops else answer


def _options(request: Request) -> set[str]:
    """What Connection says."""
    values = (value for name, value in request.headers if name == "connection")
    return {part.strip().lower() for value in values for part in value.split(",")}


def _version(request: Request) -> bytes:
    """The last word of the request line; httptools overlooks line breaks before it."""
    return request.data.lstrip(b"\r\n").partition(b"\r\n")[0].rpartition(b" ")[2]


def _is_old(request: Request) -> bool:
    return _version(request) == b"HTTP/1.0"


def _is_refused(_: Request, answer: Response) -> bool:
    return bool(answer.status == 400 and answer.body == BAD_REQUEST.body)


def _alone(request: Request) -> Request:
    """A last request without a body, without what follows it."""
    head, end, _ = request.data.partition(b"\r\n\r\n")
    framed = {"content-length", "transfer-encoding"} & {name for name, _ in request.headers}
    is_last = _is_old(request) or "close" in _options(request)
    return Request(request.app, head + end) if is_last and not framed else request


def _as_it_is(_: Request, answer: Response, __: Environment) -> Response:
    return answer


def _closing(_: Request, answer: Response, __: Environment) -> Response:
    """The app of the stream says keep-alive, whatever uvicorn adds."""
    said = answer.headers.get("connection")
    headers = with_headers(answer, connection=(said, "close") if said else "close")
    return replace(headers, closes=answer.ending == WHOLE)


def _is_kept(_: Request, answer: Response) -> bool:
    return bool(answer.status) and answer.headers.get("connection") in (None, "keep-alive")


def _should_close(request: Request, answer: Response) -> bool:
    """Whether httptools knows that the connection should close, and uvicorn did not ask it."""
    last = "close" in _options(request) or _version(request) not in (b"HTTP/1.1", b"HTTP/1.0")
    return last and _is_kept(request, answer)


def _closes_unsaid(request: Request, answer: Response) -> bool:
    return _is_old(request) and _is_kept(request, answer)


EFFECTS: list[Effect] = [
    Effect(named.INVALID_ANSWERED, APPS, _may_be_invalid, _refused),
    Effect(named.UPGRADE_REFUSAL_EXPLAINED, APPS, _is_no_upgrade, _explained),
    Effect(named.UPGRADES_IGNORED, APPS, _is_no_upgrade, _not_upgraded, as_if=_without_upgrade),
    Effect(named.H11_STOPS_AT_CLOSE, APPS, _is_refused, _as_it_is, as_if=_alone, parser="h11"),
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

"""How an app that uses what no reference app does is sent requests, and some of its responses."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from specs.ledger import file_responses
from specs.ledger.changes import ETAG_QUOTED
from specs.ledger.idle_waits import NEVER_IDLE
from specs.ledger.responses import HOST, TEXT, UVICORN, content
from starlette_conformance.model.expectations import WHOLE, Response, since
from starlette_conformance.model.observations import ObservationOn, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, ReadToEnd, Send, Step

SCRIPT = "specs/features/apps/features.py"
SINCE = "starlette>=0.26.0"
"""The first release whose lifespan has a state, which the app uses."""
LARGE = b"".join(b"%07d\n" % number for number in range(40_000))
CONTENT = LARGE[:200_000]
TAG = "ef9d05678b14eb5581831f486d058660"
"""Of the file, which was changed within a second."""
JSON = "application/json"
Exchange = tuple[str, Sequence[str], bytes, type[ObservationOn], Any]


def to(
    line: str,
    response: Any,
    *headers: str,
    body: bytes = b"",
    by: type[ObservationOn] = ResponseOn,
) -> Exchange:
    """A request, by its method and target, and the response, by what observes it."""
    return line, headers, body, by, response


def name(line: str, headers: Sequence[str]) -> str:
    """What its connection is called."""
    shown = [each if len(each) < 50 else f"{each[:40]}..." for each in headers]
    return " | ".join([line, *shown])


def request(line: str, headers: Sequence[str], body: bytes) -> bytes:
    own = [each for each in headers if each.startswith("Host: ")] or [HOST.decode().strip()]
    lines = [f"{line} HTTP/1.1", *own, *(each for each in headers if each not in own), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def sent(what: str, *exchanges: Exchange, script: str = SCRIPT, needs: str = SINCE) -> Scenario:
    steps: list[Step] = []
    for line, headers, body, _, response in exchanges:
        on = name(line, headers)
        method = line.partition(" ")[0]
        reads = ReadToEnd(on) if closes(response) else ReadResponses(on, method=method)
        steps += [Send(on, request(line, headers, body)), reads]
    return Scenario(
        f"an app of many features is sent {what}",
        "hello",
        tuple(steps),
        {
            **{by(name(line, headers)): response for line, headers, _, by, response in exchanges},
            **NEVER_IDLE,
        },
        script=script,
        needs=(needs,),
        slow=True,
    )


def about_file(response: Response, tag: str = TAG, **more: str) -> Response:
    """What is said of a file, with this one's ETag."""
    etag = {"etag": since(ETAG_QUOTED, f'"{tag}"', before=tag)}
    return replace(response, headers=response.headers | etag | more)


def part_of_file(start: int, end: int) -> Response:
    return about_file(file_responses.part(start, end, CONTENT, TEXT))


def closes(response: Any) -> bool:
    """Whether the connection ends with it, whatever the stack."""
    if isinstance(response, since):
        return closes(response.now) and closes(response.before)
    return response.closes or (isinstance(response.ending, str) and response.ending != WHOLE)


def json(body: str) -> Response:
    return Response(200, content(body.encode(), JSON), body.encode())


def seen(
    url: str,
    more: str = '"query":[],"headers":[]',
    method: str = "GET",
    root: str = "",
    client: str = "127.0.0.1",
    served: str = "",
) -> Response:
    """What an app sees of a request; `served` is the path below which the server has it."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    raw = f"/{path}".partition("?")[0]
    base = f"{scheme}://{host}{served}/"
    return json(
        f'{{"method":"{method}","url":"{url}","base":"{base}","root":"{root}",'
        f'"raw":"{raw}",{more},"client":"{client}","self":"{base}seen"}}'
    )


def failed(response: Response) -> Response:
    """One after which uvicorn closes the connection, as the app raised."""
    return Response(response.status, response.headers, response.body, closes=True)


def empty(status: int, headers: dict[str, Any], reason: str | None = None) -> Response:
    response = Response(status, UVICORN | headers)
    return response if reason is None else because(reason, response)


def because(reason: str, response: Response) -> Response:
    return replace(response, reason=reason)


def head(response: Response) -> Response:
    return Response(response.status, response.headers)

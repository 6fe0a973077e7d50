"""Streams of events in every form that sse-starlette takes, each of which ends by itself.

Where a release lacks a form, the stream fails by it: its client sees how far it came.
"""

import argparse
import asyncio
import logging
from typing import Any, AsyncIterator, Callable, Dict, Sequence

import sse_starlette
import uvicorn
from sse_starlette.sse import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Event = Callable[[], Any]
"""It makes what the app yields: what a release cannot make fails within the stream."""


class Object(ServerSentEvent):
    """As text it has no address in it: there are releases that write it so."""

    def __repr__(self) -> str:
        return "an event"


def fields(**given: object) -> Event:
    return lambda: given


def data(value: object) -> Event:
    return fields(data=value)


def raw(value: object) -> Event:
    return lambda: value


def event(*values: object, **given: Any) -> Event:
    return lambda: Object(*values, **given)


def json_event(*values: object, **given: Any) -> Event:
    return lambda: sse_starlette.JSONServerSentEvent(*values, **given)


BREAKS = "a\nb\rc\r\nd\n\ne\n\rf"
"""LF, CR, CRLF, two LF, and LF before CR, which are two breaks."""
NO_BREAKS = "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei"
"""Characters at which str.splitlines() splits, and an EventSource does not."""
KEPT = {"data": "one"}
"""A dictionary that the app yields, and looks at afterwards."""

EVENTS: Dict[str, Sequence[Event]] = {
    "data": [data("one"), data("two")],
    "data-lf": [data("one\ntwo")],
    "data-cr": [data("one\rtwo")],
    "data-crlf": [data("one\r\ntwo")],
    "data-mixed": [data(BREAKS)],
    "data-ends-in-breaks": [data("one\n"), data("one\r\n\r\n"), data("\n")],
    "data-no-breaks": [data(NO_BREAKS)],
    "data-blanks": [data(" one "), data(":"), data("data: one")],
    "data-empty": [data("")],
    "data-none": [data(None)],
    "data-numbers": [data(1), data(0), data(1.5), data(True)],
    "data-bytes": [data(b"one")],
    "data-object": [data({"a": [1]})],
    "data-non-ascii": [data("gr\u00fcn \U0001f40d")],
    "data-many": [data(str(number)) for number in range(100)],
    "data-long": [data("x" * 100_000)],
    "data-missing": [data("one"), fields()],
    "id": [fields(data="one", id="7")],
    "id-alone": [fields(id="7")],
    "id-empty": [fields(data="one", id="")],
    "id-breaks": [fields(data="one", id=BREAKS)],
    "id-no-breaks": [fields(data="one", id=NO_BREAKS)],
    "id-null": [fields(data="one", id="a\0b")],
    "id-number": [fields(data="one", id=7)],
    "event": [fields(data="one", event="tea")],
    "event-alone": [fields(event="tea")],
    "event-empty": [fields(data="one", event="")],
    "event-breaks": [fields(data="one", event=BREAKS)],
    "event-no-breaks": [fields(data="one", event=NO_BREAKS)],
    "event-number": [fields(data="one", event=7)],
    "retry": [fields(data="one", retry=3000), fields(data="one", retry=0)],
    "retry-alone": [fields(retry=3000)],
    "retry-text": [fields(data="one", retry="3000")],
    "fields": [fields(retry=1, data="d", event="e", id="i")],
    "fields-unknown": [fields(data="one", color="red")],
    "comment": [fields(comment="note")],
    "comment-empty": [fields(comment="")],
    "comment-breaks": [fields(comment=BREAKS)],
    "comment-no-breaks": [fields(comment=NO_BREAKS)],
    "comment-beside-data": [fields(data="one", comment="note")],
    "comment-beside-all": [fields(retry=1, comment="c", data="d", event="e", id="i")],
    "text": [raw("one"), raw(BREAKS), raw("data: one\r\n\r\n"), raw("")],
    "number": [raw(1)],
    "none": [raw(None)],
    "bytes": [raw(b"data: one\r\n\r\n"), raw(b"one")],
    "bytes-empty": [raw(b""), data("one")],
    "bytes-split": [raw(b"data: gr\xc3"), raw(b"\xbcn\r"), raw(b"\n\r\n")],
    "object": [event("one"), event(BREAKS), event("one", event="tea", id="7", retry=1)],
    "object-alone": [event()],
    "object-comment": [event(comment="note")],
    "object-separator": [event("one\ntwo", event="tea", sep="\n"), event("one", sep="\r")],
    "json": [json_event({"b": [1, None, "gr\u00fcn \n"], "a": 1.5}, event="tea", id="7")],
    "json-none": [json_event(None)],
    "json-nan": [data("one"), json_event(float("nan"))],
    "kept": [raw(KEPT), lambda: {"data": sorted(KEPT)}],
}
SEPARATED = [
    raw("one\ntwo"),
    data("one\ntwo"),
    fields(data="one\ntwo", sep="\n"),
    fields(data="d", id="i", event="e", retry=1),
    raw(b"one\n"),
]
SEPARATORS = {"lf": "\n", "cr": "\r", "crlf": "\r\n", "other": "|"}


async def made(events: Sequence[Event]) -> AsyncIterator[Any]:
    for make in events:
        yield make()


class Iterator:
    """What can be iterated over, and is no generator."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = list(events)

    def __aiter__(self) -> "Iterator":
        return self

    async def __anext__(self) -> Any:
        if not self.events:
            raise StopAsyncIteration
        return self.events.pop(0)()


async def stream(request: Request) -> Response:
    return EventSourceResponse(made(EVENTS[request.path_params["form"]]))


async def separated(request: Request) -> Response:
    separator = SEPARATORS[request.path_params["by"]]
    return EventSourceResponse(made(SEPARATED), sep=separator)


async def iterator(request: Request) -> Response:
    return EventSourceResponse(Iterator([data("one"), data("two")]))


async def synchronous(request: Request) -> Response:
    return EventSourceResponse({"data": word} for word in ("one", "two"))


async def headed(request: Request) -> Response:
    headers = {"Cache-Control": "public", "Connection": "close", "X-Accel-Buffering": "yes"}
    return EventSourceResponse(made([data("one")]), 201, {"X-Own": "1", **headers}, "text/x-own")


async def background(request: Request) -> Response:
    async def end() -> None:
        request.app.state.done = True

    return EventSourceResponse(made([data("one")]), background=BackgroundTask(end))


async def waits(request: Request) -> Response:
    """For the background task, 5 s at most."""
    for _ in range(100):
        if request.app.state.done:
            return PlainTextResponse("done")
        await asyncio.sleep(0.05)
    return PlainTextResponse("not done")


app = Starlette(
    routes=[
        Route("/separated/{by}", separated),
        Route("/iterator", iterator),
        Route("/synchronous", synchronous),
        Route("/headers", headed),
        Route("/background", background),
        Route("/background/done", waits),
        Route("/{form}", stream),
    ]
)
app.state.done = False

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: the kernel picks one")
    options = parser.parse_args()
    logging.basicConfig(format="%(levelname)s %(asctime)s - %(message)s", level=logging.INFO)
    uvicorn.run(app, host="127.0.0.1", port=options.port)

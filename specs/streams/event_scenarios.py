"""Events in every form that sse-starlette takes: the bytes of each, on streams that end."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from specs.ledger.changes import (
    ANY_ITERABLE,
    BYTES_UNREAD,
    CACHE_CONTROL_KEPT,
    COMMENTS_BESIDE_FIELDS,
    COMMENTS_TAKEN,
    DICTIONARIES_KEPT,
    EVENTS_AS_THEY_ARE,
    JSON_EVENTS,
    NUMBERS_REFUSED,
    OWN_MEDIA_TYPE,
    SEPARATOR_HEEDED,
)
from specs.ledger.responses import raw_request, text
from specs.ledger.streams import CUT, STREAM
from starlette_conformance.model.expectations import (
    ABSENT,
    Response,
    chunked,
    history,
    since,
)
from starlette_conformance.model.observations import ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, Send, Step

SCRIPT = "specs/streams/apps/events.py"
HEADERS = {**STREAM, "vary": ABSENT}


def sent(*events: bytes) -> Response:
    """A stream of these events, a chunk each, that ends by itself."""
    return Response(200, HEADERS, chunked(*events))


def cut(*events: bytes) -> Response:
    """A stream that failed behind them."""
    return replace(sent(*events), ending=CUT)


def event(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def data(*lines: str) -> bytes:
    return event(*(f"data: {line}" for line in lines))


ONE = data("one")
NO_EVENT = event()
SPLIT = ("a", "b", "c", "d", "", "e", "", "f")
"""What is between line breaks of all kinds."""
UNSPLIT = "a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei"
"""Characters that end a line for str.splitlines(), and for no EventSource."""

DATA = {
    "data": sent(ONE, data("two")),
    "data-lf": sent(data("one", "two")),
    "data-cr": sent(data("one", "two")),
    "data-crlf": sent(data("one", "two")),
    "data-mixed": sent(data(*SPLIT)),
    "data-ends-in-breaks": sent(data("one", ""), data("one", "", ""), data("", "")),
    "data-no-breaks": sent(data(UNSPLIT)),
    "data-blanks": sent(data(" one "), data(":"), data("data: one")),
    "data-empty": sent(data("")),
    "data-none": since(COMMENTS_BESIDE_FIELDS, sent(NO_EVENT), before=sent(data("None"))),
    "data-numbers": sent(data("1"), data("0"), data("1.5"), data("True")),
    "data-bytes": sent(data("b'one'")),
    "data-object": sent(data("{'a': [1]}")),
    "data-non-ascii": sent(data("gr\u00fcn \U0001f40d")),
    "data-many": sent(*(data(str(number)) for number in range(100))),
    "data-long": sent(data("x" * 100_000)),
    "data-missing": history(
        cut(ONE),
        (COMMENTS_TAKEN, sent(ONE, data("None"))),
        (COMMENTS_BESIDE_FIELDS, sent(ONE, NO_EVENT)),
    ),
}


def alone(field: str, with_none: bytes) -> Any:
    """A field without data."""
    return history(
        cut(),
        (COMMENTS_TAKEN, sent(with_none)),
        (COMMENTS_BESIDE_FIELDS, sent(event(field))),
    )


FIELDS = {
    "id": sent(event("id: 7", "data: one")),
    "id-alone": alone("id: 7", event("id: 7", "data: None")),
    "id-empty": sent(event("id: ", "data: one")),
    "id-breaks": sent(event("id: abcdef", "data: one")),
    "id-no-breaks": sent(event(f"id: {UNSPLIT}", "data: one")),
    "id-null": sent(event("id: a\0b", "data: one")),
    "id-number": since(NUMBERS_REFUSED, cut(), before=sent(event("id: 7", "data: one"))),
    "event": sent(event("event: tea", "data: one")),
    "event-alone": alone("event: tea", event("event: tea", "data: None")),
    "event-empty": sent(event("event: ", "data: one")),
    "event-breaks": sent(event("event: abcdef", "data: one")),
    "event-no-breaks": sent(event(f"event: {UNSPLIT}", "data: one")),
    "event-number": since(NUMBERS_REFUSED, cut(), before=sent(event("event: 7", "data: one"))),
    "retry": sent(event("data: one", "retry: 3000"), event("data: one", "retry: 0")),
    "retry-alone": alone("retry: 3000", event("data: None", "retry: 3000")),
    "retry-text": cut(),
    "fields": sent(event("id: i", "event: e", "data: d", "retry: 1")),
    "fields-unknown": cut(),
}


def comment(*lines: str, beside: Sequence[str] = ()) -> Any:
    """A comment, which was once all there is of an event, and did not end it."""
    comments = [f": {line}" for line in lines]
    unended = event(*comments).removesuffix(b"\r\n")
    return history(
        cut(),
        (COMMENTS_TAKEN, sent(unended)),
        (COMMENTS_BESIDE_FIELDS, sent(event(*comments, *beside))),
    )


COMMENTS = {
    "comment": comment("note"),
    "comment-empty": comment(""),
    "comment-breaks": comment(*SPLIT),
    "comment-no-breaks": comment(UNSPLIT),
    "comment-beside-data": comment("note", beside=["data: one"]),
    "comment-beside-all": comment("c", beside=["id: i", "event: e", "data: d", "retry: 1"]),
}

WRITTEN = data("an event")
"""An event object as text."""

KINDS = {
    "text": sent(ONE, data(*SPLIT), data("data: one", "", ""), data("")),
    "number": sent(data("1")),
    "none": sent(data("None")),
    "bytes": since(
        EVENTS_AS_THEY_ARE,
        sent(ONE, b"one"),
        before=sent(data(r"b'data: one\r\n\r\n'"), data("b'one'")),
    ),
    "bytes-empty": since(EVENTS_AS_THEY_ARE, sent(ONE), before=sent(data("b''"), ONE)),
    "bytes-split": history(
        sent(data(r"b'data: gr\xc3'"), data(r"b'\xbcn\r'"), data(r"b'\n\r\n'")),
        (EVENTS_AS_THEY_ARE, cut()),
        (BYTES_UNREAD, sent(b"data: gr\xc3", b"\xbcn\r", b"\n\r\n")),
    ),
    "object": since(
        EVENTS_AS_THEY_ARE,
        sent(ONE, data(*SPLIT), event("id: 7", "event: tea", "data: one", "retry: 1")),
        before=sent(WRITTEN, WRITTEN, WRITTEN),
    ),
    "object-alone": since(COMMENTS_TAKEN, DATA["data-none"], before=cut()),
    "object-comment": COMMENTS["comment"],
    "object-separator": since(
        EVENTS_AS_THEY_ARE,
        sent(b"event: tea\ndata: one\ndata: two\n\n", b"data: one\r\r"),
        before=sent(WRITTEN, WRITTEN),
    ),
    "json": since(
        JSON_EVENTS,
        sent(event("id: 7", "event: tea", r'data: {"b":[1,null,"grün \n"],"a":1.5}')),
        before=cut(),
    ),
    "json-none": since(JSON_EVENTS, sent(NO_EVENT), before=cut()),
    "json-nan": cut(ONE),
    "kept": history(
        sent(ONE, data("['data']")),
        (SEPARATOR_HEEDED, sent(ONE, data("['data', 'sep']"))),
        (DICTIONARIES_KEPT, sent(ONE, data("['data']"))),
    ),
    "iterator": since(ANY_ITERABLE, sent(ONE, data("two")), before=cut()),
    "synchronous": sent(ONE, data("two")),
}

FAILED = text(b"Internal Server Error", 500)


def separated(separator: str) -> Any:
    """Text, dictionaries, of which one has a `sep` of its own, and bytes, on a stream whose lines
    are to end in another way.
    """

    def ended(end: str, *lines: str) -> bytes:
        return "".join(f"{line}{end}" for line in (*lines, "")).encode()

    def events(of_text: str, of_data: str, of_own: str, of_fields: str, last: bytes) -> Response:
        return sent(
            ended(of_text, "data: one", "data: two"),
            ended(of_data, "data: one", "data: two"),
            ended(of_own, "data: one", "data: two"),
            ended(of_fields, "id: i", "event: e", "data: d", "retry: 1"),
            last,
        )

    heeded = events(separator, separator, separator, separator, b"one\n")
    return history(
        events(separator, "\r\n", "\n", "\r\n", ended(separator, r"data: b'one\n'")),
        (EVENTS_AS_THEY_ARE, events("\r\n", "\r\n", "\n", "\r\n", b"one\n")),
        (SEPARATOR_HEEDED, FAILED if separator == "|" else heeded),
    )


SEPARATORS = {
    "separated/lf": separated("\n"),
    "separated/cr": separated("\r"),
    "separated/crlf": separated("\r\n"),
    "separated/other": separated("|"),
}

OWN_HEADERS = HEADERS | {
    "x-own": "1",
    "content-type": since(OWN_MEDIA_TYPE, "text/x-own; charset=utf-8", before="text/event-stream"),
    "cache-control": since(CACHE_CONTROL_KEPT, "public", before="no-cache"),
}
AROUND = {
    "headers": Response(201, OWN_HEADERS, chunked(ONE), "Created"),
    "background": sent(ONE),
    "background/done": text(b"done"),
}


def requested(name: str, responses: Mapping[str, Any]) -> Scenario:
    """Responses that are read to their end, each on a connection of its own, of the same name."""
    steps: list[Step] = []
    for path in responses:
        request = raw_request(b"GET /%s HTTP/1.1" % path.encode())
        steps += [Send(path, request), ReadResponses(path)]
    return Scenario(
        f"an app yields {name}",
        "hello",
        tuple(steps),
        {ResponseOn(path): response for path, response in responses.items()},
        script=SCRIPT,
    )


SCENARIOS = [
    requested("data in every form", DATA),
    requested("ids, event names and times to wait in every form", FIELDS),
    requested("comments in every form", COMMENTS),
    requested("events that are text, bytes, objects or JSON", KINDS),
    requested("events whose lines end as the app says", SEPARATORS),
    requested("an event, and has headers and a task of its own", AROUND),
]

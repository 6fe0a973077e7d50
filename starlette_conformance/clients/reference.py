"""Streams by the HTML standard: what a server may send, and clients of it get wrong.

What a client must be given is found by `interpret.py`. Lines are section 9.2.5, "Parsing an event
stream"; fields are 9.2.6, "Interpreting an event stream".
"""

from dataclasses import replace

from starlette_conformance.clients.streams import IS_CUT_OFF, IS_RESET, Stream

LARGE = 1024 * 1024
TWO = b"data: <1>\n\ndata: <2>\n\n"
BROKEN = Stream("cut-off", "faults", b"data: <1>\n\ndata: <2", (11,), IS_CUT_OFF)
CHARACTERS = 'data: <"é€😀">\n\n'.encode() + TWO

BODIES = {
    "lines": {
        "lf": TWO,
        "cr": TWO.replace(b"\n", b"\r"),
        "crlf": TWO.replace(b"\n", b"\r\n"),
        "crlf-then-lf": b"data: <1>\r\n\ndata: <2>\r\n\n",
        "lf-then-crlf": b"data: <1>\n\r\ndata: <2>\n\r\n",
        "crlf-fields": b"data: <1>\r\nevent: added\r\n\r\ndata: <2>\r\n\r\n",
        "field-crlf": b"event: added\r\ndata: <1>\n\ndata: <2>\n\n",
        "mixed-lines": b"data: <[1,\r\ndata: 2,\rdata: 3]>\n\n",
    },
    "fields": {
        "event": b"event: added\n" + TWO,
        "event-empty": b"event:\n" + TWO,
        "event-alone": b"event: added\n\n" + TWO,
        "id": b"id: 7\n" + TWO,
        "id-reset": b"id: 7\ndata: <1>\n\nid\ndata: <2>\n\n",
        "id-alone": b"id: 7\n\n" + TWO,
        "retry": b"retry: 3000\n" + TWO,
        "retry-alone": b"retry: 3000\n\n" + TWO,
        "retry-float": b"retry: 1500.5\n" + TWO,
        "unknown": b"name: x\n data: <0>\nDATA: <0>\n" + TWO,
        "spaces": b"data:<1>\n\ndata:  <2>\n\n",
    },
    "pings": {
        "comment": b": a comment\n:\n" + TWO,
        "comment-inside": b"data: <[1,\n:\ndata: 2]>\n\n" + TWO,
        "ping-starlette": b"data: <1>\r\n\r\n: ping - 2026-11-29 12:00:00.000000+00:00\r\n\r\n"
        b"data: <2>\r\n\r\n",
        "ping-fastapi": b"data: <1>\n\n: ping\n\ndata: <2>\n\n",
        "ping-after-id": b"id: 7\ndata: <1>\n\n: ping\n\ndata: <2>\n\n",
        "ping-event": b"event: ping\ndata: <0>\n\n" + TWO,
    },
    "data": {
        "lines-of-data": b"data: <[1,\ndata: 2]>\n\n" + TWO,
        "data-empty": b"data:\n\n" + TWO,
        "data-bare": b"data\ndata\n\n" + TWO,
        "not-ended": b"data: <1>\n\ndata: <2>\n",
        "no-line-end": b"data: <1>\n\ndata: <2>",
    },
    "text": {
        "bom": b"\xef\xbb\xbf" + TWO,
        "bom-twice": b"\xef\xbb\xbf\xef\xbb\xbf" + TWO,
        "utf-8": CHARACTERS,
        "line-separator": 'data: <"a\u2028b\u2029c">\n\n'.encode() + TWO,
        "next-line": 'data: <"a\x85b">\n\n'.encode() + TWO,
        "id-nul": b"id: 7\ndata: <1>\n\nid: 8\0\ndata: <2>\n\n",
    },
    "size": {
        "64-kib": b'data: <"' + b"x" * 65536 + b'">\n\n' + TWO,
        "1-mib": b'data: <"' + b"x" * LARGE + b'">\n\n' + TWO,
    },
}

REFERENCE = (
    *(
        Stream(*(name, kind), body)
        for kind, named in BODIES.items()
        for name, body in named.items()
    ),
    Stream("utf-8-split", "text", CHARACTERS, segments=tuple(range(8, 20))),
    Stream("nul", "text", b'data: <"\0">\n\n' + TWO, is_json=False),
    BROKEN,
    replace(BROKEN, name="reset", ending=IS_RESET),
)

WEB_PLATFORM_TESTS = {
    "lf": "format-newlines",
    "cr": "format-newlines",
    "crlf": "format-newlines",
    "mixed-lines": "format-newlines",
    "event": "format-field-event",
    "event-empty": "format-field-event-empty",
    "id": "format-field-id",
    "id-reset": "format-field-id-2",
    "id-nul": "format-field-id-null",
    "retry": "format-field-retry",
    "retry-float": "format-field-retry-bogus",
    "unknown": "format-field-unknown",
    "spaces": "format-leading-space",
    "comment": "format-comments",
    "data-empty": "format-field-data",
    "data-bare": "format-field-data",
    "not-ended": "format-data-before-final-empty-line",
    "bom": "format-bom",
    "bom-twice": "format-bom-2",
    "utf-8": "format-utf-8",
    "nul": "format-null-character",
}
"""The cases of https://github.com/web-platform-tests/wpt, `eventsource/`, that streams restate."""

TO_CUT = tuple(
    Stream(
        *(f"cut-{name}", "cut"),
        b'id: 1|event: added|data: <[1,|data: "\xc3\xa9"]>||: ping||data: <2>||'.replace(b"|", end),
    )
    for name, end in (("crlf", b"\r\n"), ("lf", b"\n"), ("cr", b"\r"))
)
"""Cut at every byte. The first has the line ends of sse-starlette."""

"""A recorded response, read. Most stacks send the same bytes, which are read once for all."""

import re
from dataclasses import replace
from functools import lru_cache

from starlette_conformance.http.connection import Segment
from starlette_conformance.http.event_stream import Reception
from starlette_conformance.http.normalize import LEFT
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse

MOST = 2**15
"""Responses that are kept: a stack gives some 2,500, which are mostly those of others as well."""
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
DATE_LINE = re.compile(rb"(?i)\ndate[ \t]*:")
NOW = re.compile(
    rb"(\r\n[Dd]ate: )[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT(?=\r\n|\Z)"
)
A_DATE = b"Thu, 01 Jan 1970 00:00:00 GMT"
NO_PORT = 10**20
"""Where a response does not name its port: 0 stands in some."""


def recorded_response(raw: RawResponse) -> tuple[WireResponse, bool]:
    """The response but for when it came, which a record does not compare by, and whether the client
    took in as much of it as one that replays the request does, and then left a stream.
    """
    return _read(_alike(raw))


@lru_cache(MOST)
def _read(raw: RawResponse) -> tuple[WireResponse, bool]:
    response = replace(WireResponse.of(raw), arrivals="", first=None)
    reception = Reception(raw.method)
    reception.read(raw.data)
    was_left = response.response.ending in LEFT
    return response, reception.enough and (was_left or not reception.is_stream)


def _alike(raw: RawResponse) -> RawResponse:
    """The same response for all that differ in what is masked anyway: when its bytes came, the date
    of now, and a port that it does not name.
    """
    data = raw.data
    if blank := BLANK_LINE.search(data):
        head, rest = data[: blank.start()], data[blank.start() :]
        if len(DATE_LINE.findall(head)) == 1:
            data = NOW.sub(rb"\g<1>" + A_DATE, head) + rest
    port = raw.port if b":%d" % raw.port in data else NO_PORT
    return replace(raw, received=(Segment(0.0, data),), port=port)

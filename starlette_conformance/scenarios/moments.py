"""The moments that responses state: in a ping of a stream, and in the head of gzip."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import Response

TIME = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?")
"""As str(datetime) has it: no fraction once in a million times."""
GZIP = b"\x1f\x8b\x08"
"""RFC 1952 section 2.3: behind it flags, and four bytes of seconds since the epoch, or none."""


def without_time(response: Response) -> Response:
    """The response with TIME in the place of the moments in its pings."""
    if not isinstance(response.body, tuple):
        return response
    return replace(response, body=tuple(TIME.sub(b"TIME", chunk) for chunk in response.body))


def without_gzip_time(response: Response) -> Response:
    """The response with TIME in the place of the moment in its gzip, if it states one."""
    data = response.body[0] if isinstance(response.body, tuple) else response.body
    if not data.startswith(GZIP) or data[4:8] == bytes(4):
        return response
    data = data[:4] + b"TIME" + data[8:]
    whole = (data, *response.body[1:]) if isinstance(response.body, tuple) else data
    return replace(response, body=whole)


def ping_after(exchange: Exchange) -> float:
    """The seconds from the request, as its last byte is sent, to the first event."""
    return exchange.arrivals()[0] + exchange.sent[0].at - exchange.sent[-1].at


def ping_delay(exchange: Exchange) -> float:
    """The seconds from the moment in the first ping to its arrival; -1 where there is no ping."""
    found = TIME.search(exchange.data)
    if found is None:
        return -1.0
    stated = datetime.fromisoformat(found[0].decode()).replace(tzinfo=UTC).timestamp()
    return exchange.at + exchange.sent[0].at + exchange.arrivals()[0] - stated

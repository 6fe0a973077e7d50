"""The moment that a ping of a stream states."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.expectations import Response

TIME = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})?")
"""As str(datetime) has it: no fraction once in a million times."""


def without_time(response: Response) -> Response:
    """The response with TIME in the place of the moments in its pings."""
    if not isinstance(response.body, tuple):
        return response
    return replace(response, body=tuple(TIME.sub(b"TIME", chunk) for chunk in response.body))


def ping_delay(exchange: Exchange) -> float:
    """The seconds from the moment in the first ping to its arrival; -1 where there is no ping."""
    found = TIME.search(exchange.data)
    if found is None:
        return -1.0
    stated = datetime.fromisoformat(found[0].decode()).replace(tzinfo=UTC).timestamp()
    return exchange.at + exchange.sent[0].at + exchange.arrivals()[0] - stated

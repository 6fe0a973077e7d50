"""What is observed of the connection of a scenario's client."""

import re
from statistics import median

from starlette_conformance.http.exchange import observed
from starlette_conformance.model.expectations import Response
from starlette_conformance.scenarios.wire import Wire

ROW = 20
DATE = re.compile(rb"(?i)\r\ndate: (.*?)\r\n")


def closes(wire: Wire) -> bool:
    return wire.closed_by_server and wire.messages()[-1].whole


def responses(wire: Wire) -> list[Response]:
    """All that came on a connection; `closes` is said of the last one."""
    messages = wire.messages()
    sizes = [message.end for message in messages[:-1]] + [len(wire.data)]
    lasts = [*[False] * (len(messages) - 1), closes(wire)]
    return [
        observed(message, size, wire.ended, last, wire.at)
        for message, size, last in zip(messages, sizes, lasts, strict=True)
    ]


def first(wire: Wire) -> Response:
    """The first response; what follows it and is no response comes after its end."""
    response, *others = wire.messages()
    if others and not others[0].status:
        return observed(response, len(wire.data), wire.ended, wire.closed_by_server, wire.at)
    return responses(wire)[0]


def dates(wire: Wire) -> str:
    found = DATE.findall(bytes(wire.data))
    dates = len(set(found))
    return f"{dates} date{'s' if dates != 1 else ''} in {len(found)} responses"


def is_prompt(wire: Wire, seconds: float) -> bool:
    """Whether most of ROW responses in a row were; on busy cores a few rows are late."""
    rows = [wire.waits[first : first + ROW] for first in range(0, len(wire.waits), ROW)]
    return any(median(row) < seconds for row in rows)


HELD_UP = 0.5
"""Seconds to a response after which a server was held up by busy cores."""


def was_held_up(wire: Wire) -> bool:
    """Whether a response came so late that the seconds since its request are not the server's."""
    return wire.watched > 0 and any(wait > HELD_UP for wait in wire.waits)


def end(wire: Wire) -> str:
    after = int(wire.watched)  # the server's clock began later, and the end is read later still
    if wire.closed_by_server:
        return f"closed after {after} s"
    return f"open after {after} s" if "left by" in wire.ended else f"{wire.ended} after {after} s"

"""What is observed of the connection of a scenario's client."""

import re
import time
from statistics import median
from typing import Any

from starlette_conformance.http.exchange import observed
from starlette_conformance.http.frames import frames
from starlette_conformance.model import observations as seen
from starlette_conformance.model.expectations import Response
from starlette_conformance.scenarios.moments import without_gzip_time, without_time
from starlette_conformance.scenarios.wire import Wire, is_handshake

HEARS = 0.3
"""The part of the time between two events in which a server hears of a client, on busy cores."""
ROW = 20
DATE = re.compile(rb"(?i)\r\ndate: (.*?)\r\n")


def observe(wire: Wire, observation: seen.ObservationOn) -> Any:
    match observation:
        case seen.ResponseOn():
            return first(wire)
        case seen.ResponsesOn():
            return responses(wire)
        case seen.FramesOn():
            return frames(wire.behind_handshake())
        case seen.PingedStreamOn():
            return without_time(first(wire))
        case seen.GzippedOn():
            return without_gzip_time(first(wire))
        case seen.EndOf():
            return end(wire)
        case seen.RespondsIn(_, seconds):
            return f"{'within' if is_prompt(wire, seconds) else 'later than'} {seconds:g} s"
        case seen.DatesOn():
            return dates(wire)
        case _:
            raise AssertionError(f"nobody observes {observation!r}")


def closes(wire: Wire) -> bool:
    return wire.closed_by_server and wire.messages()[-1].whole


def responses(wire: Wire) -> list[Response]:
    """All that came on a connection; `closes` is said of the last one."""
    messages = wire.messages()
    end = messages[-1].end if is_handshake(messages[-1]) else len(wire.data)
    sizes = [*(message.end for message in messages[:-1]), end]
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


def was_left_late(wire: Wire, interval: float | None) -> bool:
    """Whether the event after those that were to be read has come, or is made before the server
    hears of what the client does next; `interval` are the seconds between two of them.
    """
    if wire.chunks is None or wire.ended:
        return False
    if not wire.is_silent(0):
        return True
    if interval is None:
        return False
    due = wire.began + wire.sent[-1].at + (wire.chunks + 1) * interval
    return time.monotonic() > due - interval * HEARS


def was_held_up(wire: Wire) -> bool:
    """Whether a response came so late that the seconds since its request are not the server's."""
    return wire.watched > 0 and any(wait > HELD_UP for wait in wire.waits)


def end(wire: Wire) -> str:
    after = int(wire.watched)  # the server's clock began later, and the end is read later still
    if wire.closed_by_server:
        return f"closed after {after} s"
    return f"open after {after} s" if "left by" in wire.ended else f"{wire.ended} after {after} s"

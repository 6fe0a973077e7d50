"""Whether the responses of several runs can be compared at all, and as far as which event."""

from collections.abc import Sequence
from dataclasses import replace

from starlette_conformance.http.connection import LIMIT
from starlette_conformance.http.event_stream import count_events, first_events
from starlette_conformance.http.normalize import LEFT
from starlette_conformance.model.expectations import Response
from starlette_conformance.replay.wire_response import WireResponse

MUCH = f"more than {LIMIT} bytes came"
LATE = "nothing more came within"


def comparable(wire: WireResponse, side: Sequence[WireResponse]) -> WireResponse:
    """The response, cut where another run's client left."""
    response = wire.response
    left = [each.response for each in side if each.response.ending in LEFT]
    if left:
        events = min(count_events(each.body) for each in left)
        body = first_events(response.body, events)
        response = replace(response, body=body, ending=left[0].ending)
    return replace(wire, response=response)


def why_not(old: Sequence[WireResponse], new: Sequence[WireResponse]) -> str:
    """Why the responses of both stacks cannot be compared; nothing where they can."""
    outcomes = []
    for name, side in (("OLD", old), ("NEW", new)):
        seen = list(dict.fromkeys(_outcome(wire.response) for wire in side))
        if len(seen) > 1:
            return f"{name} responds with {seen[0]} in one run and {seen[1]} in another"
        outcomes.append(seen[0])
    responses = [side[0].response for side in (old, new)]
    if all(MUCH in wire.ending for wire in responses):
        return f"the responses of both are too long to be kept: {MUCH}"
    if all(wire.status == 0 or LATE in wire.ending for wire in responses):
        return f"no whole response from either: {responses[0].ending}"
    return ""


def _outcome(response: Response) -> str:
    ending = MUCH if MUCH in response.ending else response.ending  # not how much, which varies
    how = "" if ending == "whole" else f" ({ending})"
    return f"{response.status or 'nothing'}{how}"

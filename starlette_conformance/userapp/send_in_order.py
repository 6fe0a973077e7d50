"""A sequence of requests to the app, in order, with the cookies that it sets on the way.

A stream of events that is still open after a while is read on beside the requests that follow.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette_conformance.model.request import Request
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.userapp.assets import Assets
from starlette_conformance.userapp.bound_values import Binding, filled, gives, value_at
from starlette_conformance.userapp.cookies import CookieJar
from starlette_conformance.userapp.reading import Limits, Reading
from starlette_conformance.userapp.recorded_request import Step

STUCK = 3
"""So many requests in a row without a response, and no more are sent."""

STREAMS = 64
"""That are read at the same time."""

Responses = dict[Step, WireResponse]
Sent = dict[Step, Request]
"""What was sent for each step: its request, with the cookies so far."""
Endless = dict[Step, int]
"""Streams that did not end in time, with the events that came of them, as far as they count."""


def send_in_order(
    steps: Sequence[Step],
    port: int,
    server: Adapter,
    limits: Limits,
    stops: Callable[[], bool] = lambda: False,
    taken: Callable[[Step, WireResponse | None], None] = lambda *_: None,
    endless: Mapping[Step, int] | None = None,
) -> tuple[Responses, Sent]:
    """The responses of one process to the requests, in their order, until it is stuck."""
    cookies, responses, sent, without_response = CookieJar(), Responses(), Sent(), 0
    beside = {step.during for step in steps}
    streams: dict[Step, Reading] = {}
    places: dict[str, Step] = {}
    assets = Assets([step.request.target for step in steps if step.asset])
    with ThreadPoolExecutor(STREAMS) as pool:
        for step in steps:
            if stops() or without_response == STUCK:
                break
            value = partial(_value, places, responses, streams)
            bound = filled(step.request, step.bindings, value)
            if step.asset and bound.target == step.request.target:
                bound = assets.of_this_side(bound)
            sent[step] = bound if step.own_cookies else cookies.add_to(bound)
            places[step.place] = step
            wanted = (endless or {}).get(step)
            waits = bool(step.name) and step.name in beside
            reading = Reading(sent[step], port, server, limits, stops, wanted, waits, step.manner)
            reading.read(pool)
            if reading.is_open:
                streams[step] = reading
                without_response = 0
            else:
                responses[step] = wire = reading.finish()
                cookies.store(sent[step], wire.response)
                assets.note(step, sent[step].target, wire.response)
                without_response = 0 if wire.response.status else without_response + 1
            taken(step, responses.get(step))
        responses |= {step: reading.finish() for step, reading in streams.items()}
    return {step: responses[step] for step in steps if step in responses}, sent


def _value(
    steps: Mapping[str, Step],
    responses: Responses,
    streams: Mapping[Step, Reading],
    binding: Binding,
) -> str | None:
    """What this side's response gave, which an open stream may still have to give."""
    step = steps.get(binding.place)
    if step and step in streams:
        return streams[step].value_at(binding.where)
    if step is None or step not in responses:
        return None
    response = responses[step].response
    if binding.recorded and gives(response, binding.recorded):
        return binding.recorded
    return value_at(response, binding.where)

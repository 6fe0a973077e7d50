"""Effects: what a named change does to a response, so that a difference can be explained by it.

An effect rewrites the response that a stack without the change gives into the one that a stack with
it gives, exactly. The response of the older stack, rewritten by every change that lies between two
stacks, must be the response of the newer one: whatever still differs is explained by nobody.

The effects themselves stand in `specs/ledger/effects.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from packaging.version import Version

from starlette_conformance.model.changes import Change
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request

When = Callable[[Request, Response], bool]
Rewrite = Callable[[Request, Response, Environment], Response]
"""The response with a change, from the one without it; the environment is the newer stack's."""
To = Callable[[Request], Response | None]
"""The response to another request, if that was sent."""
OfAnyApp = Callable[[Request, Response, Environment, To, Response], Response]
"""The same of an app that nobody knows. The last one is the response of the other stack, from which
what only the app knows is taken.
"""


@dataclass(frozen=True)
class Effect:
    """What a change does to the responses of some apps, `when` request and response are so.

    `back` rewrites the other way, where the change goes away again. With `as_if`, a request gets
    the response of another one before: what is rewritten is the response to that one. It gives back
    the request itself where there is no other. With `parser` it is only seen where uvicorn has it;
    without a change, it is what that parser does otherwise than the other one. With `moves`, the
    line of the first header stands right behind that of the second one with the change, and
    elsewhere without it. `spells` are header names that have capitals with it, and not without.
    `of_any_app` is the rewriting where the app is not one of `apps`, if it is another one then.
    """

    change: Change | None
    apps: tuple[str, ...]
    when: When
    rewrite: Rewrite
    back: Rewrite | None = None
    as_if: Callable[[Request], Request] | None = None
    parser: str | None = None
    moves: tuple[str, str] | None = None
    spells: tuple[str, ...] = ()
    of_any_app: OfAnyApp | None = None


def likened(effects: Iterable[Effect], requests: Sequence[Request]) -> list[Request]:
    """The requests whose responses some of `requests` get, by the effects' `as_if`."""
    others = [effect.as_if for effect in effects if effect.as_if]
    return [other(request) for other in others for request in requests]


@dataclass(frozen=True)
class Step:
    """A change, or None for the parser, and its rewriting.

    `rewrite` gets a request, the response so far, a function from another request to its response
    so far, and of an app that nobody knows the response of the other stack.
    `moves` and `spells` are the effect's, where the change comes.
    """

    change: Change | None
    rewrite: Callable[[Request, Response, To, Response | None], Response]
    moves: tuple[str, str] | None = None
    spells: tuple[str, ...] = ()


def between(effects: Iterable[Effect], older: Environment, newer: Environment) -> list[Step]:
    """The rewriting from one stack to another: changes that came or went, in order of release."""
    found: list[tuple[str, Version, Step]] = []
    for effect in effects:
        change = effect.change
        if effect.parser not in (None, newer.parser):
            continue
        if change is None:
            if older.parser != newer.parser:
                found.append(("", Version("0"), _step(effect, effect.rewrite, newer)))
            continue
        had, has = (change.applies_to(environment) for environment in (older, newer))
        if has and not had:
            step = _step(effect, effect.rewrite, newer)
            step = replace(step, moves=effect.moves, spells=effect.spells)
            found.append((change.package, Version(change.first), step))
        elif had and not has and change.last and effect.back:
            step = _step(effect, effect.back, newer)
            found.append((change.package, Version(change.last), step))
    return [step for *_, step in sorted(found, key=lambda each: each[:2])]


def _step(effect: Effect, rewrite: Rewrite, newer: Environment) -> Step:
    def rewritten(
        request: Request, response: Response, to: To, target: Response | None
    ) -> Response:
        known = target is None
        if (known and request.app not in effect.apps) or not effect.when(request, response):
            return response
        if target is not None and effect.of_any_app and rewrite is effect.rewrite:
            return effect.of_any_app(request, response, newer, to, target)
        other = effect.as_if(request) if effect.as_if else request
        taken = response if other == request else to(other) or target
        return response if taken is None else rewrite(request, taken, newer)

    return Step(effect.change, rewritten)


Trace = list[tuple[Change | None, Response]]
"""A response as it was, with None, and as it is after each step that alters it."""
CHOICES = 64


def predicted(
    steps: Sequence[Step],
    request: Request,
    response: Response,
    others: Mapping[Request, Response] = MappingProxyType({}),
) -> Response:
    """The response of the newer stack, from the one of the older, and from those to others."""
    return traced(steps, request, response, others)[-1][1]


def traced(
    steps: Sequence[Step],
    request: Request,
    response: Response,
    others: Mapping[Request, Response] = MappingProxyType({}),
) -> Trace:
    """From the response of the older stack to that of the newer."""
    found: Trace = [(None, response)]
    for number, step in enumerate(steps):
        to = partial(_predicted_of, steps[:number], others)
        response = step.rewrite(request, response, to, None)
        if response is not found[-1][1] and response != found[-1][1]:
            found.append((step.change, response))
    return found


def choices(
    steps: Sequence[Step],
    request: Request,
    response: Response,
    others: Mapping[Request, Response],
    target: Response,
) -> list[Trace]:
    """The traces of an app that nobody knows, so that each step may alter its response or not: up
    to CHOICES, those with few steps first. `target` is the response of the other stack.
    """
    found: list[Trace] = [[(None, response)]]
    for step in steps:
        for trace in found[:CHOICES]:
            now = step.rewrite(request, trace[-1][1], others.get, target)
            if all(now != other[-1][1] for other in found):
                found.append([*trace, (step.change, now)])
    return sorted(found, key=len)[:CHOICES]


def _predicted_of(
    steps: Sequence[Step], others: Mapping[Request, Response], other: Request
) -> Response | None:
    return predicted(steps, other, others[other], others) if other in others else None


def with_headers(response: Response, **changed: Any) -> Response:
    """The response with headers set, or left out where ABSENT; `_` stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {**response.headers, **named}
    return replace(
        response, headers={name: value for name, value in headers.items() if value is not ABSENT}
    )


def fields_of(response: Response) -> dict[str, Any]:
    """Every field of a response that two stacks are compared by."""
    return {
        "version": response.version,
        "status": response.status,
        "reason": response.reason,
        **{f"header {name}": value for name, value in sorted(response.headers.items())},
        "body": response.body,
        "ending": response.ending,
        "closes": response.closes,
        "interim": response.interim,
        "extensions": response.extensions,
        **{f"trailer {name}": value for name, value in sorted(response.trailers.items())},
    }


def differing(one: Response, other: Response) -> dict[str, tuple[Any, Any]]:
    """The fields in which two responses differ, with both values; ABSENT where one has none."""
    if one == other:
        return {}
    ours, theirs = fields_of(one), fields_of(other)
    pairs = {
        name: (ours.get(name, ABSENT), theirs.get(name, ABSENT)) for name in {**ours, **theirs}
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

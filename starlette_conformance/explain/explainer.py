"""In what two answers differ, and which changes account for it.

Both answers are rewritten to those of a stack in the middle, which has the newer release of each
package: the changes that NEW brings are applied to the one of OLD, and those that it lacks to its
own. Where both come to the same answer, the difference is explained; so a downgrade is as well.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette_conformance.explain import parser_quirks
from starlette_conformance.explain.excerpt import around
from starlette_conformance.explain.result import Aspect, Difference
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect, Step, between, differing, traced
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import ABSENT, Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.versions import or_earliest
from starlette_conformance.output.sanitize import plain
from starlette_conformance.replay.wire_response import Answer

FRAMING = {
    "version",
    "ending",
    "closes",
    "interim",
    *(f"header {name}" for name in ("content-length", "transfer-encoding", "connection")),
}
Reason = tuple[Change | None, bool]
"""A change, or None for the parser, and whether NEW lacks it."""


def middle(older: Environment, newer: Environment) -> Environment:
    """The stack that has whatever is newer of two."""
    packages = {**older.packages, **newer.packages}
    for name in older.packages.keys() & newer.packages.keys():
        packages[name] = max(older.packages[name], newer.packages[name], key=or_earliest)
    python = max(older.python, newer.python, key=or_earliest)
    return replace(newer, packages=packages, python=python, asserted=set())


@dataclass(frozen=True)
class Explained:
    """Why two answers differ: what each reason alters, and what is left beside all of them."""

    differences: list[Difference]
    reasons: dict[Reason, list[Difference]]
    remaining: list[Difference]


class Explaining:
    """What the effects of the changes between two stacks make of their answers.

    `before` and `after` are all answers of both, since some requests are answered like others.
    """

    def __init__(
        self,
        effects: Sequence[Effect],
        older: Environment,
        newer: Environment,
        before: Mapping[Request, Response],
        after: Mapping[Request, Response],
    ) -> None:
        between_them = middle(older, newer)
        self._forth: list[Step] = between(effects, older, between_them)
        self._back: list[Step] = between(effects, newer, between_them)
        self._before, self._after = before, after
        self._parsers_differ = older.parser != newer.parser
        self._to_h11 = newer.parser == "h11"

    def of(self, request: Request, before: Answer, after: Answer) -> Explained:
        forth = traced(self._forth, request, before.response, self._before)
        back = traced(self._back, request, after.response, self._after)
        one, other = forth[-1][1], back[-1][1]
        found = differences(before, after)
        seen = {difference.where: difference for difference in found}
        reasons: dict[Reason, list[Difference]] = {}
        for steps, lost in ((forth, False), (back, True)):
            for (_, was), (change, now) in itertools.pairwise(steps):
                altered = [seen[name] for name in differing(was, now) if name in seen]
                if altered:
                    known = reasons.setdefault((change, lost), [])
                    known += [difference for difference in altered if difference not in known]
        left = list(_fields(one, other))
        for difference in _layout(before, after):
            reason = self._layout_reason(difference, before, after, reasons)
            if reason:
                reasons.setdefault(reason, []).append(difference)
            else:
                left.append(difference)
        return Explained(found, reasons, left)

    def _layout_reason(
        self, difference: Difference, before: Answer, after: Answer, reasons: Iterable[Reason]
    ) -> Reason | None:
        """The parsers, or a change that alters the answer as well, and moves a header."""
        by_h11, by_httptools = (after, before) if self._to_h11 else (before, after)
        if self._parsers_differ and parser_quirks.makes(difference, by_h11, by_httptools):
            return None, self._to_h11
        for steps, without, with_it, lost in (
            (self._forth, before, after, False),
            (self._back, after, before, True),
        ):
            moving = [step for step in steps if step.moves and (step.change, lost) in reasons]
            for step in moving if difference.aspect == "order" else ():
                if _moved(step.moves, without, with_it):
                    return step.change, lost
        return None


def _moved(moves: tuple[str, str] | None, without: Answer, with_it: Answer) -> bool:
    """Whether one header came to stand behind another, and all others stayed in their order."""
    if moves is None:
        return False
    header, behind = moves
    both = {name.lower() for name in without.names} & {name.lower() for name in with_it.names}
    was, now = (
        [name.lower() for name in answer.names if name.lower() in both]
        for answer in (without, with_it)
    )
    rest = [[name for name in names if name != header] for names in (was, now)]
    return rest[0] == rest[1] and header in now and now[now.index(header) - 1] == behind


def differences(before: Answer, after: Answer) -> list[Difference]:
    """Everything in which two answers differ on the wire, but for what is random."""
    return [*_fields(before.response, after.response), *_layout(before, after)]


def _fields(before: Response, after: Response) -> Iterator[Difference]:
    for where, (was, now) in differing(before, after).items():
        yield Difference(_aspect(where, was, now), where, _text(was, now), _text(now, was))


def _aspect(where: str, was: Any, now: Any) -> Aspect:
    if where in ("status", "body"):
        return "status" if where == "status" else "body"
    if where in FRAMING:
        return "framing"
    return "presence" if ABSENT in (was, now) else "value"


def _layout(before: Answer, after: Answer) -> Iterator[Difference]:
    """What `Response` leaves aside. Another status, or another body, has a layout of its own."""
    same_body = before.response.body == after.response.body
    if same_body and None not in (before.cuts, after.cuts) and before.cuts != after.cuts:
        yield Difference("framing", "chunks", f"{before.cuts} bytes", f"{after.cuts} bytes")
    if before.response.status == after.response.status:
        names = [[name.lower() for name in answer.names] for answer in (before, after)]
        both = set(names[0]) & set(names[1])
        was, now = ([name for name in each if name in both] for each in names)
        if was != now and sorted(was) == sorted(now):
            yield Difference("order", "order of headers", ", ".join(was), ", ".join(now))
    spelled = [{name.lower(): name for name in answer.names} for answer in (before, after)]
    for name in (name for name in spelled[0] if name in spelled[1]):
        was_spelled, now_spelled = (each[name] for each in spelled)
        if was_spelled != now_spelled:
            yield Difference("case", f"name of {name}", was_spelled, now_spelled)
    if before.arrivals != after.arrivals:
        yield Difference("timing", "arrivals", before.arrivals, after.arrivals)


def _text(value: Any, other: Any) -> str | None:
    if value is ABSENT:
        return None
    if isinstance(value, bytes):
        return around(value, other)
    return plain(", then ".join(map(str, value)) if isinstance(value, tuple) else str(value))

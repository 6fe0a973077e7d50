"""Why two responses differ: which changes account for it.

Both responses are rewritten to those of a stack in the middle, which has the newer release of each
package: the changes that NEW brings are applied to the one of OLD, and those that it lacks to its
own. Where both come to the same response, the difference is explained; so a downgrade is as well.
"""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette_conformance.explain import parser_quirks
from starlette_conformance.explain.differences import differences, of_fields, of_layout
from starlette_conformance.explain.result import Difference
from starlette_conformance.explain.severity import Severity, most_dangerous
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import (
    Effect,
    Step,
    Trace,
    between,
    choices,
    differing,
    traced,
)
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request
from starlette_conformance.model.versions import or_earliest
from starlette_conformance.replay.wire_response import WireResponse

Reason = Change | None
"""A change, or None for the parser."""


def middle(older: Environment, newer: Environment) -> Environment:
    """The stack that has whatever is newer of two."""
    packages = {**older.packages, **newer.packages}
    for name in older.packages.keys() & newer.packages.keys():
        packages[name] = max(older.packages[name], newer.packages[name], key=or_earliest)
    python = max(older.python, newer.python, key=or_earliest)
    return replace(newer, packages=packages, python=python)


@dataclass(frozen=True)
class Explained:
    """Why two responses differ: what each reason alters, and what is left beside all of them.

    `acts` says that some change alters a response at all, whether or not that shows.
    """

    before: WireResponse
    after: WireResponse
    differences: tuple[Difference, ...]
    reasons: Mapping[Reason, tuple[Difference, ...]]
    remaining: tuple[Difference, ...]
    acts: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.differences or self.remaining)

    @property
    def severity(self) -> Severity:
        """The most dangerous one."""
        return most_dangerous(d.severity for d in (*self.remaining, *self.differences))


class Explainer:
    """What the effects of the changes between two stacks make of their responses.

    `before` and `after` are all responses of both, since a request may have the response that
    another one has. Of `any_app`, nobody knows what it uses: a change is a reason only where its
    effect leaves less that differs, and nothing that did not.
    """

    def __init__(
        self,
        effects: Sequence[Effect],
        older: Environment,
        newer: Environment,
        before: Mapping[Request, Response],
        after: Mapping[Request, Response],
        any_app: bool = False,
    ) -> None:
        self._any_app = any_app
        between_them = middle(older, newer)
        self._forth: list[Step] = between(effects, older, between_them)
        self._back: list[Step] = between(effects, newer, between_them)
        self._before, self._after = before, after
        self._parsers_differ = older.parser != newer.parser
        self._to_h11 = newer.parser == "h11"

    def explain(self, request: Request, before: WireResponse, after: WireResponse) -> Explained:
        forth, back = self._traces(request, before.response, after.response)
        found = differences(before, after)
        by_field: dict[str, dict[str, Difference]] = {}
        for difference in found:
            by_field.setdefault(difference.field, {})[difference.where] = difference
        reasons: dict[Reason, dict[str, Difference]] = {}
        for steps in (forth, back):
            for (_, was), (change, now) in itertools.pairwise(steps):
                for name in differing(was, now):
                    if name in by_field:
                        reasons.setdefault(change, {}).update(by_field[name])
        remaining = [*of_fields(forth[-1][1], back[-1][1])]
        for difference in of_layout(before, after):
            why = [*self._layout_reasons(difference, before, after, reasons)][:1]
            for reason in why:
                reasons.setdefault(reason, {})[difference.where] = difference
            if not why:
                remaining.append(difference)
        return Explained(
            before,
            after,
            tuple(found),
            {reason: tuple(altered.values()) for reason, altered in reasons.items()},
            tuple(remaining),
            len(forth) + len(back) > 2,
        )

    def _traces(self, request: Request, before: Response, after: Response) -> tuple[Trace, Trace]:
        """What the changes make of both responses."""
        if not self._any_app:
            return (
                traced(self._forth, request, before, self._before),
                traced(self._back, request, after, self._after),
            )
        forth = choices(self._forth, request, before, self._before, after)
        back = choices(self._back, request, after, self._after, before)
        every = differing(before, after).keys()
        pairs = [(one, other) for one in forth for other in back]
        left = [differing(one[-1][1], other[-1][1]).keys() for one, other in pairs]
        costs = {
            (len(fields), len(one) + len(other)): (one, other)
            for fields, (one, other) in reversed([*zip(left, pairs, strict=True)])
            if fields <= every
        }
        return costs[min(costs)]

    def _layout_reasons(
        self,
        difference: Difference,
        before: WireResponse,
        after: WireResponse,
        reasons: Collection[Reason],
    ) -> Iterator[Reason]:
        """The parsers, the changes that alter the response as well, and move a header, and those
        that spell its name otherwise.
        """
        by_h11, by_httptools = (after, before) if self._to_h11 else (before, after)
        if self._parsers_differ and parser_quirks.makes(difference, by_h11, by_httptools):
            yield None
        for steps, without, with_it in (
            (self._forth, before, after),
            (self._back, after, before),
        ):
            moving = [step for step in steps if step.moves and step.change in reasons]
            for step in moving if difference.severity == "order" else ():
                if _moved(step.moves, without, with_it):
                    yield step.change
            name = difference.where.removeprefix("name of ")
            for step in steps if difference.severity == "case" else ():
                if name in step.spells and name in without.names and name not in with_it.names:
                    yield step.change


def _moved(moves: tuple[str, str] | None, without: WireResponse, with_it: WireResponse) -> bool:
    """Whether one header came to stand behind another, and all others stayed in their order."""
    if moves is None:
        return False
    header, behind = moves
    both = {name.lower() for name in without.names} & {name.lower() for name in with_it.names}
    was, now = (
        [name.lower() for name in response.names if name.lower() in both]
        for response in (without, with_it)
    )
    rest = [[name for name in names if name != header] for names in (was, now)]
    return rest[0] == rest[1] and header in now and now[now.index(header) - 1] == behind

"""The causes of what nothing explains of the reference apps, by trials that get the requests."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from starlette_conformance.causes.candidates import Outcome, Outcomes
from starlette_conformance.causes.find_causes import Place, find_causes
from starlette_conformance.explain.cause import Cause, Causes
from starlette_conformance.explain.differences import differences
from starlette_conformance.explain.excerpt import request_lines
from starlette_conformance.explain.result import Diff, Differing
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import Responses, comparable_responses
from starlette_conformance.replay.wire_response import WireResponse

EXAMPLES = 3
"""Of a group, so many requests are sent in each trial."""
NOT_TRIED = "only requests are tried, and it is a scenario"


def with_causes(
    found: Diff,
    older: Environment,
    newer: Environment,
    requests: Sequence[SentRequest],
    seconds: float,
    advance: Callable[[], None],
) -> Diff:
    """The diff with the causes of what nothing explains, searched for so many seconds."""
    known = {_key(sent.variant, request_lines(sent.request)): sent for sent in requests}
    examples = [each for group in found.unexplained for each in group.exchanges[:EXAMPLES]]
    names = {
        known[key]: each.place
        for each in examples
        if not each.scenario and (key := _key(each.app, each.request)) in known
    }
    scenarios = tuple(_places(each for each in examples if each.scenario))
    causes = Causes((Cause(scenarios, untold=NOT_TRIED),) if scenarios else ())
    if names:
        sides, _ = comparable_responses((older, newer), list(names), parallel=1)

        def observe(environment: Environment, _: bool) -> Outcomes:
            (tried,), _lost = comparable_responses((environment,), list(names), parallel=1)
            return dict(_outcomes(names, sides, tried))

        sent = [each for each in examples if each.place in names.values()]
        values = {
            (each.place, left.where): (left.before or "", left.after or "")
            for each in sent
            for left in each.remaining
        }
        places = [*values]
        more = find_causes(
            *(older, newer, places, observe, seconds), values=values, steady=True, advance=advance
        )
        causes = replace(more, causes=(*more.causes, *causes.causes))
    return replace(found, causes=causes) if causes.causes else found


def _key(app: str, lines: Sequence[str]) -> tuple[str, ...]:
    return (app, *lines)


def _places(examples: Iterator[Differing]) -> Iterator[Place]:
    return ((each.place, difference.where) for each in examples for difference in each.remaining)


def _outcomes(
    names: Mapping[SentRequest, str], sides: Sequence[Responses], tried: Responses
) -> Iterator[tuple[Place, Outcome]]:
    for sent, name in names.items():
        wires = [side.get(sent) for side in (*sides, tried)]
        old, new, trial = wires
        if old and new and trial:
            whole, away, left = _where(old, new), _where(old, trial), _where(trial, new)
            for where in whole & (away | left):
                outcome = Outcome.NEW if where in away else Outcome.OLD
                yield (name, where), Outcome.OTHER if where in away & left else outcome


def _where(before: WireResponse, after: WireResponse) -> set[str]:
    return {each.where for each in differences(before, after)}

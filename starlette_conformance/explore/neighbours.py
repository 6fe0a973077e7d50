"""Differences that nobody named: the same requests to stack after stack, neighbours compared."""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Event

from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.result import Diff
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import Responses, send_to_stacks, without_lost
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.side_by_side import play_each, under_way
from starlette_conformance.stacks.ledger import Ledger

Provide = Callable[[], Environment]


@dataclass(frozen=True)
class Sent:
    """What came of a stack, and a sentence on each server that was given up."""

    environment: Environment
    responses: Responses
    outcomes: Mapping[Scenario, Outcome]
    gave_up: list[str]


def compare_neighbours(
    stacks: Sequence[Provide],
    neighbours: Collection[tuple[str, str]],
    requests: Sequence[SentRequest],
    ledger: Ledger,
    jobs: int,
    advance: Callable[[], None] = lambda: None,
    scenarios: Sequence[Scenario] = (),
) -> Iterator[Diff]:
    """Send the requests to each of the stacks, `jobs` at a time, play the scenarios meanwhile, and
    compare those next to each other whose names are a pair of `neighbours`.
    """
    quick = [sent for sent in requests if sent.variant not in ledger.slow]
    slow = [sent for sent in requests if sent.variant in ledger.slow]
    rare = [
        each for each in scenarios if each.is_apart or each.by_change or each.variant in ledger.slow
    ]
    usual = [each for each in scenarios if each not in rare]
    stopping = Event()

    def send(provide: Provide) -> Sent:
        environment = provide()
        if stopping.is_set():
            return Sent(environment, {}, {}, [])
        with under_way([environment], usual) as outcomes:
            (responses,), gave_up = send_to_stacks([environment], quick, stopping=stopping)
            (played,) = outcomes()
        advance()
        return Sent(environment, responses, played, gave_up)

    pool = ThreadPoolExecutor(jobs)
    try:
        for older, newer in itertools.pairwise(pool.map(send, stacks)):
            if (older.environment.name, newer.environment.name) in neighbours:
                comparison = Comparison(older.environment, newer.environment, ledger)
                yield _compare(comparison, older, newer, slow, rare)
    finally:
        stopping.set()
        pool.shutdown(cancel_futures=True)


def _compare(
    comparison: Comparison,
    older: Sent,
    newer: Sent,
    slow: Sequence[SentRequest],
    scenarios: Sequence[Scenario],
) -> Diff:
    wanted = [sent for sent in slow if comparison.wants(sent)]
    more, gave_up = send_to_stacks(comparison.sides, wanted) if wanted else ([{}, {}], [])
    (before, after), lost = without_lost([older.responses | more[0], newer.responses | more[1]])
    retried = live.retry(comparison, comparison.explain(before, after))
    played = [each for each in scenarios if comparison.wants_scenario(each)]
    rest = play_each(comparison.sides, played) if played else [{}, {}]
    outcomes = [{**side.outcomes, **more} for side, more in zip((older, newer), rest, strict=True)]
    replayed = live.replay(comparison, live.explain_outcomes(outcomes))
    return replace(
        comparison.diff(retried.explained, list(replayed.explained.values())),
        unconfirmed=(*retried.unconfirmed, *replayed.unconfirmed),
        unstable=retried.unstable,
        not_compared=(*older.gave_up, *newer.gave_up, *gave_up, *lost, *replayed.gave_up),
    )

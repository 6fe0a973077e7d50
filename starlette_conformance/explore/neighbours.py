"""Differences that nobody named: the same requests to stack after stack, neighbours compared."""

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from starlette_conformance.explain import live
from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.result import Diff
from starlette_conformance.model.environment import Environment
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import Responses, send_to_stacks, without_lost
from starlette_conformance.stacks.ledger import Ledger

Provide = Callable[[], Environment]
Sent = tuple[Environment, Responses, list[str]]


def compare_neighbours(
    stacks: Sequence[Provide],
    neighbours: Collection[tuple[str, str]],
    requests: Sequence[SentRequest],
    ledger: Ledger,
    jobs: int,
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Diff]:
    """Send the requests to each of the stacks, `jobs` at a time, and compare those next to each
    other whose names are a pair of `neighbours`.
    """
    quick = [sent for sent in requests if sent.variant not in ledger.slow]
    slow = [sent for sent in requests if sent.variant in ledger.slow]
    stopping = Event()

    def send(provide: Provide) -> Sent:
        environment = provide()
        if stopping.is_set():
            return environment, {}, []
        (responses,), gave_up = send_to_stacks([environment], quick, stopping=stopping)
        advance()
        return environment, responses, gave_up

    pool = ThreadPoolExecutor(jobs)
    try:
        for older, newer in itertools.pairwise(pool.map(send, stacks)):
            if (older[0].name, newer[0].name) in neighbours:
                yield _compare(Comparison(older[0], newer[0], ledger), older, newer, slow)
    finally:
        stopping.set()
        pool.shutdown(cancel_futures=True)


def _compare(comparison: Comparison, older: Sent, newer: Sent, slow: Sequence[SentRequest]) -> Diff:
    wanted = [sent for sent in slow if comparison.wants(sent)]
    more, gave_up = send_to_stacks((older[0], newer[0]), wanted) if wanted else ([{}, {}], [])
    (before, after), lost = without_lost([older[1] | more[0], newer[1] | more[1]])
    retried = live.retry(comparison, comparison.explain(before, after))
    return replace(
        comparison.diff(retried.explained),
        unconfirmed=retried.unconfirmed,
        unstable=retried.unstable,
        not_compared=(*older[2], *newer[2], *gave_up, *lost),
    )

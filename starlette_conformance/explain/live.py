"""Two running stacks compared: both get the same requests, and a difference that nothing explains
counts only if it reproduces on every retry.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette_conformance.explain.comparison import Comparison
from starlette_conformance.explain.explainer import Explained
from starlette_conformance.explain.result import Diff
from starlette_conformance.model.effects import likened
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.side_by_side import AT_ONCE, ask_each

RETRIES = 2
"""So many times more an unexplained difference must be seen."""


def compare(
    comparison: Comparison,
    requests: Sequence[SentRequest],
    advance: Callable[[], None] = lambda: None,
) -> Diff:
    """Send the requests to both stacks, and compare the responses. Raises DidNotStart."""
    began = time.monotonic()
    wanted = [sent for sent in requests if comparison.wants(sent)]
    explained, not_compared = _send(comparison, wanted, AT_ONCE, advance)
    confirmed, unconfirmed = retry(comparison, explained)
    return replace(
        comparison.diff(confirmed),
        seconds=time.monotonic() - began,
        unconfirmed=unconfirmed,
        not_compared=tuple(not_compared),
    )


def retry(
    comparison: Comparison, explained: dict[SentRequest, Explained]
) -> tuple[dict[SentRequest, Explained], tuple[str, ...]]:
    """What holds once unexplained requests are sent again, and those that did not reproduce."""
    suspects = left = [sent for sent, why in explained.items() if why.remaining]
    for _ in range(RETRIES):
        if left:
            again, _ = _send(comparison, left, 1)
            explained = explained | again  # a change may explain what nothing did at first
            left = [sent for sent in left if explained[sent].remaining]
    return explained, tuple(str(sent) for sent in suspects if sent not in left)


def _send(
    comparison: Comparison,
    requests: Sequence[SentRequest],
    at_once: int,
    advance: Callable[[], None] = lambda: None,
) -> tuple[dict[SentRequest, Explained], list[str]]:
    every = [*requests, *similar(comparison, requests)]
    sides = comparison.older, comparison.newer
    (before, after), not_compared = ask_each(sides, list(dict.fromkeys(every)), advance, at_once)
    return comparison.explain(before, after, requests), not_compared


def similar(comparison: Comparison, requests: Sequence[SentRequest]) -> list[SentRequest]:
    """The requests whose response some of `requests` get, by what changes between the two do."""
    return [
        SentRequest(sent.served, other)
        for sent in requests
        for other in likened(comparison.active, [sent.request])
        if other != sent.request
    ]

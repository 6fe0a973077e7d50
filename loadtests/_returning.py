"""Clients of a server that is restarted come back, as an EventSource does."""

import time

from _metrics import Metrics
from _subscription import Subscription

RETRY_SECONDS = 1.0
"""After so long a client tries again: an EventSource does after a few, where no `retry` says so."""

BACK_SECONDS = 15.0
"""A client that has no stream after so long stays away."""


class Returning:
    """Counts which of them come back, and with which event."""

    def __init__(self, metrics: Metrics, interval: float) -> None:
        self.metrics = metrics
        self.interval = interval
        self.under_way = False

    def expects(self, subscription: Subscription) -> bool:
        """Whether a stream ended, or was refused, by the restart."""
        if not self.under_way:
            return False
        if subscription.before:
            return not subscription.opened
        self.metrics.counts["restart: ended"] += 1
        subscription.ended = time.monotonic_ns()
        return True

    def tries_again(self, last: Subscription | None) -> bool:
        """Whether the client of a stream that the restart ended still tries to come back."""
        if last is None or not last.ended:
            return False
        if time.monotonic_ns() - last.ended < BACK_SECONDS * 1e9:
            return True
        self.metrics.counts["restart: gave up"] += 1
        return False

    def opened(self, subscription: Subscription) -> float | None:
        """The seconds that the client was without a stream, where it is back."""
        if (before := subscription.before) is None:
            return None
        away = (subscription.opened - before.ended) / 1e9
        self.metrics.counts["restart: back"] += 1
        self.metrics.counts["restart: by id"] += bool(before.stream.last_id)
        self.metrics.record("restart", away * 1e6)
        return away

    def first(self, subscription: Subscription, number: int, now: int) -> None:
        """With which event it begins, and at what time."""
        if (before := subscription.before) is None:
            return
        last, counts = before.stream.number, self.metrics.counts
        if number == 1:
            counts["restart: anew"] += 1
            waited = (now - before.since) / 1e9
            counts["restart: lost"] += max(0, round(waited / self.interval) - 1)
            return
        counts["restart: resumed"] += 1
        counts["restart: lost"] += max(0, number - last - 1)
        counts["restart: repeated"] += max(0, last + 1 - number)

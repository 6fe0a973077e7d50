"""Subscribers of one generator that stop reading in mid-stream, beside others that go on."""

from collections.abc import Collection
from statistics import mean

import gevent

from _metrics import Metrics
from _reader import Reader
from _subscription import Subscription

CALM, BESIDE = "calm", "beside stalled"
"""The lateness of those that read, before and since."""

KIND = "stalled"
HELD_BACK = 0.9
"""One that was sent less than this of what the others were sent, was held back."""

MARGIN = 2
"""Events that may be under way."""


class Stalling:
    def __init__(self, reader: Reader, metrics: Metrics) -> None:
        self.reader = reader
        self.metrics = metrics
        self.readers: dict[Subscription, int] = {}
        self.stalled: dict[Subscription, int] = {}
        """With the number of the event that each one had then."""

    def begin(self, subscribers: Collection[Subscription]) -> None:
        for each in subscribers:
            if each.stalls and each.socket:
                each.kind = KIND
                self.reader.read_no_more(each)
                self.stalled[each] = each.stream.number
            else:
                self.readers[each] = each.stream.number
        self.metrics.counts["stalled"] += len(self.stalled)
        self.reader.phase = BESIDE

    def end(self, seconds: float) -> None:
        """Read what the server wrote to them meanwhile, and see whether it held back the rest."""
        if not self.stalled:
            return
        for each in self.stalled:
            self.reader.read_again(each)
        gevent.sleep(seconds)
        others = mean([each.stream.number - was for each, was in self.readers.items()] or [0])
        least = HELD_BACK * others - MARGIN
        self.metrics.counts["held back"] += sum(
            each.stream.number - was < least for each, was in self.stalled.items()
        )

"""The metrics of a run: histograms in microseconds, counts, and what was wrong.

Each generator keeps its own. A snapshot holds all that it has seen so far, so of a generator only
the newest one counts, and metrics of several merge exactly: counts are added, and so are the
histograms, bucket by bucket.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hdrh.histogram import HdrHistogram

from starlette_conformance.load.results_file import Process, Spread

LONGEST = 3_600_000_000
"""An hour, in microseconds. What takes longer counts as that."""

DIGITS = 3
EXAMPLES = 5


class Metrics:
    """What one generator saw, or several together."""

    def __init__(self) -> None:
        self.histograms: dict[str, HdrHistogram] = {}
        self.counts: Counter[str] = Counter()
        self.defects: Counter[str] = Counter()
        self.examples: list[str] = []
        self.generators: list[Process] = []
        self.seconds = 0.0
        self.request_seconds = 0.0

    def histogram(self, name: str) -> HdrHistogram:
        if name not in self.histograms:
            self.histograms[name] = HdrHistogram(1, LONGEST, DIGITS)
        return self.histograms[name]

    def record(self, name: str, microseconds: float) -> None:
        self.histogram(name).record_value(min(int(microseconds), LONGEST))

    def wrong(self, kind: str, example: str, times: int = 1) -> None:
        self.defects[kind] += times
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)

    def spread(self, name: str) -> Spread:
        histogram = self.histograms.get(name)
        if not histogram or not histogram.total_count:
            return Spread()
        found = histogram.get_percentile_to_value_dict([50, 90, 99, 99.9])
        p50, p90, p99, p999 = (found[each] / 1000 for each in (50, 90, 99, 99.9))
        return Spread(histogram.total_count, p50, p90, p99, p999, histogram.get_max_value() / 1000)

    def snapshot(self) -> dict[str, Any]:
        """All of it, as locust sends it from a worker to the master."""
        return {
            "histograms": {name: each.encode() for name, each in self.histograms.items()},
            "counts": dict(self.counts),
            "defects": dict(self.defects),
            "examples": self.examples,
            "seconds": self.seconds,
            "request_seconds": self.request_seconds,
            "generators": [
                [each.cores, each.waiting, each.bytes_before, each.bytes_with]
                for each in self.generators
            ],
        }

    @classmethod
    def merged(cls, snapshots: Iterable[dict[str, Any]]) -> "Metrics":
        metrics = cls()
        for each in snapshots:
            for name, encoded in each["histograms"].items():
                metrics.histogram(name).decode_and_add(encoded)
            metrics.counts.update(each["counts"])
            metrics.defects.update(each["defects"])
            metrics.examples = [*metrics.examples, *each["examples"]][:EXAMPLES]
            metrics.seconds = max(metrics.seconds, each["seconds"])
            metrics.request_seconds = max(metrics.request_seconds, each["request_seconds"])
            metrics.generators += [Process(*parts) for parts in each["generators"]]
        return metrics

"""Rows of locust's own tables, and so of its web UI."""

import time
from collections import Counter

from locust.env import Environment
from locust.stats import StatsEntry, bucket_response_time

from _reader import ROWS, Reader


def enter(environment: Environment, name: str, took: float, size: int) -> None:
    """Add to a row, and not to the sum: it and the charts are of lateness alone."""
    environment.stats.get(name, "SSE").log(round(took), size)


def count_requests_from_here(environment: Environment) -> None:
    """As our own figures do, unless something failed: failures count from the start."""
    if not environment.stats.errors:
        environment.stats.total.reset()
        for entry in environment.stats.entries.values():
            if entry.method != "SSE":
                entry.reset()


def fire(environment: Environment, name: str, exception: Exception) -> None:
    environment.events.request.fire(
        request_type="SSE",
        name=name,
        response_time=None,
        response_length=0,
        exception=exception,
        context={},
    )


def show(environment: Environment, reader: Reader) -> None:
    """Add what is fresh to locust's statistics, in one piece, as it adds that of a worker.

    Its sum and its charts are of lateness alone.
    """
    for kind, row in ROWS.items():
        fresh, reader.fresh[kind] = reader.fresh[kind], Counter()
        if fresh:
            batch = _batch(environment, row, fresh)
            batch.total_content_length = reader.fresh_bytes.pop(kind, 0)
            environment.stats.get(row, "SSE").extend(batch)
            if kind == "lateness":
                environment.stats.total.extend(batch)


def _batch(environment: Environment, row: str, fresh: Counter[int]) -> StatsEntry:
    """Times in milliseconds, as an entry of locust's."""
    count, now = fresh.total(), time.time()
    batch = StatsEntry(environment.stats, row, "SSE")
    batch.num_requests = count
    batch.total_response_time = sum(ms * times for ms, times in fresh.items())
    batch.min_response_time, batch.max_response_time = min(fresh), max(fresh)
    batch.last_request_timestamp = now
    batch.num_reqs_per_sec = {int(now): count}
    for ms, times in fresh.items():
        batch.response_times[bucket_response_time(ms)] += times
    return batch

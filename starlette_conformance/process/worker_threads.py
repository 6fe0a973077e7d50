"""Jobs on threads, side by side. A job that fails ends the wait at once, and Ctrl-C nearly so.

The threads are daemons: what they started dies with the process (`_die_with_parent.py`).
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
TIDIES_SECONDS = 1.0
"""So long a job may remove what it was making, once Ctrl-C has killed what it started."""


def side_by_side(jobs: Sequence[Callable[[], T]], at_a_time: int) -> list[T]:
    """The results of all jobs, in their order. Raises what the first one to fail raised."""
    waiting: queue.SimpleQueue[tuple[int, Callable[[], T]]] = queue.SimpleQueue()
    for numbered in enumerate(jobs):
        waiting.put(numbered)
    ended: queue.SimpleQueue[tuple[int, T | None, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        while True:
            try:
                number, job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                ended.put((number, job(), None))
            except BaseException as error:  # noqa: BLE001  (raised below, where the wait is)
                ended.put((number, None, error))
                return

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(at_a_time, len(jobs)))]
    results: dict[int, T] = {}
    try:
        for thread in threads:
            thread.start()
        while len(results) < len(jobs):
            number, result, error = ended.get()
            if error is not None:
                raise error
            results[number] = result  # type: ignore[assignment]  # None only with an error
    except KeyboardInterrupt:
        deadline = time.monotonic() + TIDIES_SECONDS
        for thread in filter(threading.Thread.is_alive, threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        raise
    return [results[number] for number in range(len(jobs))]

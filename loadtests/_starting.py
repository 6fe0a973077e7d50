"""Processes are started without Ctrl-C coming between."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupted_later() -> Iterator[None]:
    """Ctrl-C within takes effect at the end.

    gevent forks by Python, whose hooks at a fork would swallow it and keep the lock of logging: the
    run would go on, and hang at its next line.
    """
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: received.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if received:
            signal.raise_signal(signal.SIGINT)

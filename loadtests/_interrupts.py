"""Ctrl-C and SIGTERM: who heeds them in a run of locust, who ends, and what of it is shown."""

import os
import signal
import sys
from types import TracebackType

import gevent
from gevent.hub import Hub

from _state import run
from starlette_conformance.output.printing import write_line
from starlette_conformance.process._die_with_parent import die_with_parent

# The workers of --processes; locust itself leaves them behind when it is killed, or fails early.
os.register_at_fork(after_in_child=die_with_parent)


def _without_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Ctrl-C while it starts is no error; Python ends by the signal then."""
    if issubclass(kind, KeyboardInterrupt):
        write_line("interrupted", stderr=True)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _without_traceback
Hub.NOT_ERROR = (*Hub.NOT_ERROR, KeyboardInterrupt)
"""In a user's greenlet, too: gevent raises it in the main one without a traceback."""


def signal_that_ends_it() -> int:
    """Only SIGTERM is heard in a greenlet of its own."""
    return signal.SIGTERM if isinstance(gevent.getcurrent(), gevent.Greenlet) else signal.SIGINT


def leave_it_to_the_master(signum: int, frame: object) -> None:
    """Ctrl-C reaches all processes; the master requests the metrics, and then ends its workers."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not run.under_way:
        raise KeyboardInterrupt

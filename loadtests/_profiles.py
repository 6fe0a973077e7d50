"""How subscribers behave, beside just reading."""

import signal
import time

import gevent

from _state import STREAMS, run

PROFILES = ("steady", "slow", "churn", "storm", "shutdown")

CALM_SECONDS = 5.0
"""From the opening of the window to the storm."""

SOON_SECONDS = 1.0
"""Till all generators have closed their books."""

END_SECONDS = 15.0
"""How long the ends of the streams are waited for, when the server is told to stop; longer than
`Server.stop` waits before it kills."""


def in_window() -> None:
    """All are connected, and events count."""
    if run.options.sse_profile == "storm" and run.fanout:
        gevent.spawn_later(CALM_SECONDS, run.fanout.storm)


def shut_down_soon() -> gevent.Greenlet | None:
    """Where the profile asks for it, tell the server to stop, while all streams are open."""
    if run.options.sse_profile == "shutdown" and STREAMS in run.servers:
        return gevent.spawn_later(SOON_SECONDS, _shut_down)
    return None


def _shut_down() -> None:
    server = run.servers[STREAMS].server
    begun = time.monotonic()
    status = server.stop()
    took = time.monotonic() - begun
    if status == -signal.SIGKILL:
        run.faults.append(
            f"told to stop with all streams open, the server went on for {took:.0f} s"
        )
    else:
        run.notes.append(
            f"Told to stop with all streams open, the server ended after {took:.1f} s, "
            f"with status {status}."
        )


def at_close() -> None:
    """The books of this generator are closed; in the profile of shutdown, see the streams end."""
    fanout = run.fanout
    if run.options.sse_profile != "shutdown" or not fanout:
        return
    fanout.wait_for_ends(END_SECONDS)

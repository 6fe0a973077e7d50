"""Profiles in which the server is stopped under its streams: at the end, or to start again."""

import signal
import time

import gevent
from locust.runners import MasterRunner

from _profiles import CALM_SECONDS, SOON_SECONDS
from _state import STREAMS, run
from starlette_conformance.load.results_file import Restart
from starlette_conformance.model.errors import DidNotStart

NOT_OURS = "the server at --host was not started here"
TOO_EARLY = "the run ended before"


def begin_shutdown() -> gevent.Greenlet | None:
    """Where the profile wants it, and the server is ours."""
    if not run.profile.stops_server or STREAMS not in run.servers:
        return None
    return gevent.spawn(_shut_down)


def _shut_down() -> None:
    gevent.sleep(SOON_SECONDS)
    _stop()


def _stop() -> tuple[int, float]:
    """Stop the server while all streams are open; its status, and the seconds that it took."""
    begun = time.monotonic()
    status = run.servers[STREAMS].server.stop()
    took = time.monotonic() - begun
    if status == -signal.SIGKILL:
        run.faults.append(
            f"with all streams open, after SIGTERM, the server went on for {took:.0f} s"
        )
    else:
        run.notes.append(
            f"With all streams open, the server ended {took:.1f} s after SIGTERM, "
            f"with status {status}."
        )
    return status, took


class Restarting:
    """The restart of a run, in the process that has started the server."""

    def __init__(self) -> None:
        self.seen = Restart(failed=TOO_EARLY if STREAMS in run.servers else NOT_OURS)
        self._greenlet: gevent.Greenlet | None = None
        self._begun = False

    def begin(self) -> None:
        """Soon, since all have a stream now."""
        if STREAMS in run.servers:
            self._greenlet = gevent.spawn_later(CALM_SECONDS, self._restart)

    def end(self) -> None:
        """Each of its steps has a deadline, and a server that is half started has none."""
        if self._greenlet and self._begun:
            self._greenlet.join()
        elif self._greenlet:
            self._greenlet.kill()

    def _restart(self) -> None:
        self._begun = True
        _announce()
        gevent.sleep(SOON_SECONDS)
        streams = run.servers[STREAMS]
        streams.down = True
        begun = time.monotonic()
        status, ended = _stop()
        try:
            streams.start_again()
        except DidNotStart as failure:
            self.seen = Restart(failed=failure.message)
            return
        streams.down = False
        self.seen = Restart("", status, ended, time.monotonic() - begun)


def _announce() -> None:
    """From here on, a stream that ends is expected to."""
    if isinstance(run.runner, MasterRunner):
        run.runner.send_message("restart")
    else:
        streams_may_end()


def streams_may_end(**_: object) -> None:
    if run.fanout:
        run.fanout.returning.under_way = True

"""How subscribers behave, beside just reading: a profile is an entry of PROFILES."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:  # which imports this module
    from _fanout import Fanout
    from _servers import Loaded

SLOW = 100
"""One subscriber of so many is slow."""

STAY = 5
"""Under churn, a subscriber leaves after 1, 2, … or this many events."""

CALM_SECONDS = 5.0
"""From the opening of the window to the storm."""

SOON_SECONDS = 1.0
"""From the closing of the metrics to the signal, so that all generators have closed theirs."""

END_SECONDS = 15.0
"""How long the ends of the streams are waited for, when the server gets a signal to stop; longer
than `Server.stop` waits before it kills."""


@dataclass(frozen=True)
class Habit:
    """What one subscriber does: it reads nothing while the window is open (`slow`), or it leaves
    after `stay` events and subscribes again; 0: it stays.
    """

    slow: bool = False
    stay: int = 0


@dataclass(frozen=True)
class Profile:
    """What subscribers do, in words for `--help`; `habit` is that of each, by its number from 1.

    `returning`: they leave and come back, so not all are connected at a time. `in_window` is called
    once when the window opens. `stops_server`: the server gets SIGTERM under open streams.
    """

    words: str
    habit: Callable[[int], Habit] = lambda _: Habit()
    returning: bool = False
    in_window: Callable[[Fanout], None] = lambda _: None
    stops_server: bool = False


def _storm(fanout: Fanout) -> None:
    gevent.spawn_later(CALM_SECONDS, fanout.storm)


PROFILES = {
    "steady": Profile("all read"),
    "slow": Profile(f"1 in {SLOW} does not read", lambda number: Habit(slow=number % SLOW == 1)),
    "churn": Profile(
        "they leave and come back", lambda number: Habit(stay=1 + number % STAY), returning=True
    ),
    "storm": Profile("all come back at once", in_window=_storm),
    "shutdown": Profile("the server gets SIGTERM", stops_server=True),
}


def shut_down(streams: Loaded, faults: list[str], notes: list[str]) -> None:
    """Tell the server to stop, while all streams are open."""
    gevent.sleep(SOON_SECONDS)
    begun = time.monotonic()
    status = streams.server.stop()
    took = time.monotonic() - begun
    if status == -signal.SIGKILL:
        faults.append(f"with all streams open, after SIGTERM, the server went on for {took:.0f} s")
    else:
        notes.append(
            f"With all streams open, the server ended {took:.1f} s after SIGTERM, "
            f"with status {status}."
        )

"""How subscribers behave, beside just reading: a profile is an entry of PROFILES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent

from _stalling import CALM

if TYPE_CHECKING:  # which imports this module
    from _fanout import Fanout

SLOW = 100
"""One subscriber of so many is slow."""

STALLED = 5
"""One subscriber of so many stops reading."""

STAY = 5
"""Under churn, a subscriber leaves after 1, 2, … or this many events."""

CALM_SECONDS = 5.0
"""From the opening of the window to what a profile does then."""

SOON_SECONDS = 1.0
"""From the closing of the metrics to the signal, so that all generators have closed theirs."""

END_SECONDS = 15.0
"""How long the ends of the streams are waited for, when the server gets a signal to stop; longer
than `Server.stop` waits before it kills."""


@dataclass(frozen=True)
class Habit:
    """What one subscriber does: it reads nothing while the window is open (`slow`), it stops
    reading in mid-stream (`stalls`), or it leaves after `stay` events and subscribes again; 0: it
    stays.
    """

    slow: bool = False
    stalls: bool = False
    stay: int = 0


@dataclass(frozen=True)
class Profile:
    """What subscribers do, in words for `--help`; `habit` is that of each, by its number from 1.

    `returning`: they leave and come back, so not all are connected at a time. `in_window` is called
    once when the window opens. `stops_server`: the server gets SIGTERM under open streams at the
    end; `restarts_server`: in mid-run, and is started again.
    """

    words: str
    habit: Callable[[int], Habit] = lambda _: Habit()
    returning: bool = False
    in_window: Callable[[Fanout], None] = lambda _: None
    stops_server: bool = False
    restarts_server: bool = False


def _stall(fanout: Fanout) -> None:
    fanout.reader.phase = CALM
    gevent.spawn_later(CALM_SECONDS, fanout.stall)


def _storm(fanout: Fanout) -> None:
    gevent.spawn_later(CALM_SECONDS, fanout.storm)


PROFILES = {
    "steady": Profile("all read"),
    "slow": Profile(f"1 in {SLOW} does not read", lambda number: Habit(slow=number % SLOW == 1)),
    "stall": Profile(
        f"1 in {STALLED} stops reading",
        lambda number: Habit(stalls=number % STALLED == 0),
        in_window=_stall,
    ),
    "churn": Profile(
        "they leave and come back", lambda number: Habit(stay=1 + number % STAY), returning=True
    ),
    "storm": Profile("all come back at once", in_window=_storm),
    "restart": Profile("the server is restarted", restarts_server=True),
    "shutdown": Profile("the server gets SIGTERM", stops_server=True),
}

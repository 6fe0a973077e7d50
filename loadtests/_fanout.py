"""The fan-out of one generator: subscribers, the window in which their events count, and what
stands beside them.

Events count from the moment on when all subscribers have had their first one, until the run ends.
What came before is checked all the same.
"""

import os
import time
from collections.abc import Callable

import gevent
import psutil
from locust.env import Environment

import _servers
from _locust_stats import enter, fire, show
from _metrics import Metrics
from _profiles import Profile
from _reader import NULL, Reader
from _returning import Returning
from _stalling import Stalling
from _subscription import Subscription
from starlette_conformance.load.cpu_clocks import Stopwatch
from starlette_conformance.load.results_file import Process
from starlette_conformance.load.stream import silent_seconds

PATH = "/stream"
NULLS = 100
"""Streams of the null server, at most; a tenth of the subscribers, where that is less."""

TICK = 0.05
CONNECT_SECONDS = 60.0


class Fanout:
    """The subscribers of this process. `opened` is called when the window opens."""

    def __init__(
        self, environment: Environment, metrics: Metrics, interval: float, profile: Profile
    ) -> None:
        self.environment = environment
        self.metrics = metrics
        self.interval = interval
        self.profile = profile
        self.reader = Reader(metrics, interval)
        self.reader.on_open = self._on_open
        self.reader.on_wrong = self._on_wrong
        self.returning = Returning(metrics, interval)
        self.reader.expected = self.returning.expects
        self.reader.on_first = self.returning.first
        self._stalling = Stalling(self.reader, metrics)
        self.subscribers: set[Subscription] = set()
        self.slow: list[Subscription] = []
        self.sent = self.opens = 0
        self.closed = False
        self._watch: Stopwatch | None = None
        self._since = 0.0
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._null = _servers.null(interval)
        self._greenlets = [gevent.spawn(self._tick), gevent.spawn(self._show)]

    def subscribe(self, host: str, before: Subscription | None = None) -> Subscription:
        """One more subscriber, or one that the server has ended and that comes back. Raises
        OSError.
        """
        self.sent += not before
        self.metrics.counts["sent"] += not before
        habit = self.profile.habit(self.sent)
        kind = "slow" if habit.slow else "lateness"
        found = self.reader.subscribe(
            _servers.address(host), PATH, kind, habit.slow, habit.stay, before
        )
        found.stalls = habit.stalls
        self.subscribers.add(found)
        if habit.slow:
            self.slow.append(found)
        return found

    def leave(self, subscription: Subscription) -> None:
        self.subscribers.discard(subscription)
        self._enter_drift(subscription)
        self.reader.leave(subscription)

    def open_window(self, opened: Callable[[], None]) -> None:
        """Wait until all are connected and have had an event; from then on events count."""
        self._greenlets.append(gevent.spawn(self._open, opened))

    def connected(self) -> int:
        """How many streams are open; where subscribers leave, how many have had one."""
        if self.profile.returning:
            return min(self._users(), self.opens)
        return sum(1 for each in self.subscribers if each.opened and each.socket)

    def _users(self) -> int:
        runner = self.environment.runner
        assert runner is not None
        return runner.user_classes_count.get("SseUser", 0)

    def _settled(self) -> bool:
        """All are connected, and the first event, which waited for all to be, has come to each."""
        return self.connected() >= self._users() and (
            self.profile.returning or all(each.stream.number for each in self.subscribers)
        )

    def close(self) -> None:
        """Close the window: enter what is overdue, what fell silent, and what this process took."""
        if self.closed:
            return
        self.closed = True
        now = time.monotonic_ns()
        if self.reader.counting and self._watch:
            self.metrics.seconds = time.monotonic() - self._since
            memory = self._process.memory_info().rss
            share = self._watch.share()
            process = Process(share.cores, share.waiting, self._before, memory)
            self.metrics.generators = [process]
        gevent.killall(self._greenlets)
        self._read_what_slow_ones_left()
        self.reader.counting = False  # or what is left of stalled ones would delay what counts
        self._enter_overdue(now)  # before what is read of them sets the others free
        show(self.environment, self.reader)
        self._stalling.end(max(1.0, self.interval))
        if not self.profile.stops_server:
            self.reader.stop()
        if not self.metrics.seconds:
            self.metrics.counts["connected"] = self.connected()
        for each in self.subscribers:
            self._enter_drift(each)
            self.reader.settle(each)

    def _enter_overdue(self, now: int) -> None:
        """What was to have come by then, and who had nothing for long."""
        events = self.metrics.spread("lateness").count
        silent = silent_seconds(self.interval, self.metrics.seconds) * 1e9
        for each in self.subscribers:
            if not each.socket or each.kind != "lateness":
                continue
            overdue = now - each.since - self.interval * 1e9
            if each.opened and events and overdue > 0:
                self.reader.overdue(overdue)
            if now - each.since > silent:
                waited = (now - each.since) / 1e9
                said = f"stream: no event for {waited:.1f} s after {each.stream.number}"
                self.metrics.wrong("silent", said)

    def end(self) -> None:
        """Close all connections."""
        self.close()
        self.reader.close()
        self._null.server.kill()

    def wait_for_ends(self, seconds: float) -> None:
        """Wait until the server has ended all streams, as a shutdown should."""
        self.reader.closing = True
        deadline = time.monotonic() + seconds
        while self.connected() and time.monotonic() < deadline:
            gevent.sleep(0.05)
        self.metrics.counts["left open"] += self.connected()

    def storm(self) -> None:
        """Drop all subscribers at once; their users subscribe again at once."""
        self.reader.counting = False
        everyone = list(self.subscribers)
        begun = time.monotonic()
        for each in everyone:
            each.left = True
            self.leave(each)
        while self.connected() < len(everyone) and time.monotonic() - begun < CONNECT_SECONDS:
            gevent.sleep(0.02)
        took = time.monotonic() - begun
        self.metrics.counts["storms"] += 1
        self.metrics.record("storm", took * 1e6)
        gevent.sleep(self.interval)
        self.reader.counting = True

    def stall(self) -> None:
        """Let those stop reading that are to."""
        if not self.closed:
            self._stalling.begin(self.subscribers)

    def _open(self, opened: Callable[[], None]) -> None:
        deadline = time.monotonic() + CONNECT_SECONDS + self.interval
        self._open_nulls()
        while not self._settled():
            if time.monotonic() > deadline:
                return
            gevent.sleep(0.02)
        for each in self.slow:
            self.reader.read_no_more(each)
        self.metrics.counts["connected"] = self.connected()
        self._since, self._watch = time.monotonic(), Stopwatch(os.getpid())
        self.reader.counting = True
        opened()

    def _open_nulls(self) -> None:
        address = _servers.address(self._null.url)
        for _ in range(max(1, min(NULLS, len(self.subscribers) // 10))):
            self.reader.subscribe(address, PATH, NULL)
            gevent.sleep(self.interval / NULLS)

    def _read_what_slow_ones_left(self) -> None:
        """Their events must be whole and in order too."""
        if not self.slow or not self.reader.counting:
            return
        before = {each: each.stream.number for each in self.slow}
        for each in self.slow:
            self.reader.read_again(each)
        gevent.sleep(max(1.0, self.interval))
        behind = [each.stream.number - before[each] for each in self.slow]
        self.metrics.counts["slow readers"] += len(behind)
        self.metrics.counts["slow events"] += sum(behind)

    def _enter_drift(self, each: Subscription) -> None:
        if each.kind == "lateness" and each.stream.number and not each.entered:
            late = each.since - each.sent_at - each.stream.number * self.reader.interval
            self.metrics.counts["drift ns"] += late
            self.metrics.counts["drift events"] += each.stream.number
            each.entered = True

    def _tick(self) -> None:
        while True:
            due = time.monotonic() + TICK
            gevent.sleep(TICK)
            if self.reader.counting:
                self.metrics.record("lag", max(0.0, time.monotonic() - due) * 1e6)

    def _show(self) -> None:
        """Show the lateness of each second's events in locust's own tables."""
        while True:
            gevent.sleep(1.0)
            show(self.environment, self.reader)

    def _on_open(self, subscription: Subscription, size: int) -> None:
        if subscription.kind != NULL:
            self.opens += 1
            took = (subscription.opened - subscription.sent_at) / 1e6
            enter(self.environment, "subscribe", took, size)
            if (away := self.returning.opened(subscription)) is not None:
                enter(self.environment, "come back", away * 1000, size)

    def _on_wrong(self, said: str) -> None:
        fire(self.environment, "event", ValueError(said))

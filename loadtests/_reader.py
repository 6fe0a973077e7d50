"""The reader: one greenlet that reads all streams of this process through one epoll.

A greenlet for each stream would cost a switch for each event. The time of an event is taken right
after the call that received it, so what the reader takes to get to it counts as lateness, and shows
in the null server's streams as well.
"""

import errno
import socket as sockets
import time
from collections import Counter
from collections.abc import Callable

import gevent
from gevent import monkey, socket

from _metrics import Metrics
from _subscription import Subscription
from starlette_conformance.load.stream import Broken, lateness

# gevent takes epoll away, and its own sockets wait for themselves.
epoll = monkey.get_original("select", "epoll")
IN, OUT = 1, 4
plain = monkey.get_original("socket", "socket")

NULL = "null lateness"
"""The kind of the null server's streams."""

ROWS = {"lateness": "event lateness", "first event": "first event", "gap": "event gap"}
"""Times of events, with their rows of locust's own tables."""

BATCH = 200
"""Streams that are read before other greenlets get their turn."""

BUFFER = 65536
SLOW_BUFFER = 4096
SOURCES = 8
"""Loopback addresses to connect from: each has 28,000 ports."""


class Reader:
    """Reads subscriptions and keeps the metrics. `kind` is the histogram of a stream's lateness.

    `phase` is another one, for the lateness of a part of the run. `expected` gets each stream that
    the server ended or refused, and returns whether it was to be.
    """

    def __init__(self, metrics: Metrics, interval: float) -> None:
        self.metrics = metrics
        self.interval = int(interval * 1e9)
        self.counting = False
        self.closing = False
        self.streams: dict[int, Subscription] = {}
        self.fresh: dict[str, Counter[int]] = {kind: Counter() for kind in ROWS}
        self.fresh_bytes = Counter[str]()
        self.phase = ""
        self.expected: Callable[[Subscription], bool] = lambda _: False
        self.on_first: Callable[[Subscription, int, int], None] = lambda *_: None
        self.on_open: Callable[[Subscription, int], None] = lambda *_: None
        self.on_wrong: Callable[[str], None] = lambda _: None
        self._epoll = epoll()
        self._greenlet = gevent.spawn(self._run)

    def subscribe(
        self,
        address: tuple[str, int],
        path: str,
        kind: str,
        slow: bool = False,
        stay: int = 0,
        before: Subscription | None = None,
    ) -> Subscription:
        """Connect and send, without waiting. Raises OSError."""
        request = f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n".encode()
        if before and before.stream.last_id:
            request += b"Last-Event-ID: %s\r\n" % before.stream.last_id
        subscription = Subscription(kind, request + b"\r\n", stay, before)
        for last in range(SOURCES):
            found = plain(sockets.AF_INET, sockets.SOCK_STREAM)
            found.setblocking(False)
            if slow:
                found.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SLOW_BUFFER)
            if last:
                found.bind((f"127.0.0.{last + 1}", 0))
            code = found.connect_ex(address)
            if code != errno.EADDRNOTAVAIL:
                break
            found.close()
        if code not in (0, errno.EINPROGRESS):
            found.close()
            raise OSError(code, errno.errorcode[code])
        subscription.socket = found
        self.streams[found.fileno()] = subscription
        self._epoll.register(found.fileno(), OUT)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Close the connection. What is unfinished then is nobody's fault."""
        if subscription.socket is not None:
            self.streams.pop(subscription.socket.fileno(), None)
            subscription.socket.close()
            subscription.socket = None
            self.settle(subscription)
        subscription.over.set()

    def settle(self, subscription: Subscription) -> None:
        """Enter what the stream has lost so far."""
        subscription.stream.settle(server_ended=False)
        self._account(subscription)

    def read_no_more(self, subscription: Subscription) -> None:
        """Leave what comes to the kernel, which takes no more than it has to."""
        if subscription.socket is not None:
            subscription.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SLOW_BUFFER)
            self._epoll.modify(subscription.socket.fileno(), 0)

    def read_again(self, subscription: Subscription) -> None:
        if subscription.socket is not None:
            self._epoll.modify(subscription.socket.fileno(), IN)

    def stop(self) -> None:
        """Read no stream any more."""
        self._greenlet.kill()

    def close(self) -> None:
        self.stop()
        for subscription in list(self.streams.values()):
            self.leave(subscription)
        self._epoll.close()

    def _run(self) -> None:
        while True:
            socket.wait_read(self._epoll.fileno())
            for descriptor, mask in self._epoll.poll(0, BATCH):
                if subscription := self.streams.get(descriptor):
                    try:
                        self._ready(subscription, mask)
                    except BlockingIOError:
                        continue
                    except (OSError, Broken) as error:
                        self._ends(subscription, str(error))
            gevent.sleep(0)

    def _ready(self, subscription: Subscription, mask: int) -> None:
        connection = subscription.socket
        assert connection is not None
        if not subscription.opened and mask & OUT:
            if code := connection.getsockopt(sockets.SOL_SOCKET, sockets.SO_ERROR):
                raise OSError(code, errno.errorcode.get(code, "?"))
            connection.send(subscription.request)
            self._epoll.modify(connection.fileno(), IN)
            return
        data = connection.recv(BUFFER)
        now = time.monotonic_ns()
        stream = subscription.stream
        if not data:
            self._ends(subscription, "")
            return
        good = stream.feed(data)
        if good:
            self._count(subscription, now, good, len(data))
            if subscription.stay and stream.number >= subscription.stay:
                subscription.left = True
                self.leave(subscription)
                return
        elif not subscription.opened and stream.opened:
            subscription.opened = now
            self.on_open(subscription, len(data))
        if stream.defects:
            self._account(subscription)
        if stream.ended:
            self._ends(subscription, "")

    def _count(self, subscription: Subscription, now: int, good: int, size: int) -> None:
        if not subscription.opened:
            subscription.opened = now
            self.on_open(subscription, size)
        kind, since = subscription.kind, subscription.since
        first = since == subscription.sent_at and kind != NULL
        if first:
            self._time("first event", now - since)
            self.fresh_bytes["first event"] += size
            self.on_first(subscription, subscription.stream.number - good + 1, now)
        if self.counting:
            for late in lateness(since, now, self.interval, good):
                self._time(kind, late)
                if kind == "lateness" and self.phase:
                    self.metrics.record(self.phase, late // 1000)
            if kind == "lateness":
                self.fresh_bytes["lateness"] += size
                self.fresh_bytes["gap"] += 0 if first else size
                for _ in range(good - 1):
                    self._time("gap", 0)
                if not first:
                    self._time("gap", now - since)
        subscription.since = now

    def overdue(self, took: float) -> None:
        """Enter the nanoseconds that an event is late which has not come."""
        self._time("lateness", int(took))
        if self.phase:
            self.metrics.record(self.phase, took / 1000)

    def _time(self, kind: str, took: int) -> None:
        """Enter nanoseconds."""
        self.metrics.record(kind, took // 1000)
        if kind in self.fresh:
            self.fresh[kind][took // 1_000_000] += 1

    def _ends(self, subscription: Subscription, why: str) -> None:
        """The server ended it, or broke it."""
        stream = subscription.stream
        stream.settle(server_ended=True)
        if subscription.kind != NULL:
            if self.closing:
                self.metrics.counts["ended whole" if stream.ended else "cut off"] += 1
            elif not self.expected(subscription):
                kind = "ended early" if subscription.opened else "refused"
                said = f"{kind} after event {stream.number}: {why or 'the server closed it'}"
                self._wrong(subscription, kind, said)
        self.leave(subscription)

    def _account(self, subscription: Subscription) -> None:
        """Enter what the stream's own checks found."""
        stream = subscription.stream
        for kind, times in (stream.defects or {}).items():
            self._wrong(subscription, kind, stream.first, times)
        stream.defects = None

    def _wrong(self, subscription: Subscription, kind: str, said: str, times: int = 1) -> None:
        if subscription.kind == NULL:
            return  # what is left of its events is reported, and none is noticed
        self.metrics.wrong(kind, f"stream: {said}", times)
        self.on_wrong(said)

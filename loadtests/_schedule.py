"""When a user's requests are due, whose server they go to, and what the generator alone can send.

A request is due by a schedule that does not slip, however late the responses before it were. So
latency since the due time has in it what requests waited for that could not be sent in time, which
a client that waits for each response leaves out ("coordinated omission").
"""

import time
from typing import Any

import gevent
from locust.contrib.fasthttp import FastHttpSession
from locust.event import EventHook

from _metrics import Metrics

RATE = 20.0
"""Requests a second that a user is to send."""

TURN_SECONDS = 1.0
ORDER = (0, 1, 1, 0)
"""By the machine's clock, which all workers of it share."""

CEILING_SECONDS = 0.5
CEILING_USERS = 20
"""At once, against the null server."""

NULL = "null requests"
"""The kind of the requests to the null server, while the run is on."""


def turn(stacks: int) -> int:
    """Which of one or two stacks has its turn."""
    return ORDER[int(time.monotonic() / TURN_SECONDS) % len(ORDER)] if stacks > 1 else 0


class Schedule:
    """What is due of one user, to the server that has its turn."""

    def __init__(self, metrics: Metrics, key: str) -> None:
        self.restart(metrics, key)

    def restart(self, metrics: Metrics, key: str) -> None:
        """What was due and not sent is dropped."""
        self.metrics, self.key = metrics, key
        self.begun, self.sent = time.monotonic(), 0

    @property
    def due(self) -> float:
        """When the next request is."""
        return self.begun + self.sent / RATE

    def settle(self, now: float) -> None:
        """Enter how many requests were due by `now`, and how many of them were sent."""
        so_far = now - self.begun
        due = int(so_far * RATE)  # what was due a moment ago is not late yet
        for number in range(self.sent, due):  # these wait still, and so long at the least
            self.metrics.record(f"due {self.key}", (so_far - number / RATE) * 1e6)
        self.metrics.counts[f"target {self.key}"] += max(self.sent, due)
        self.metrics.counts[f"sent {self.key}"] += self.sent
        self.begun, self.sent = now, 0


class NullRequests:
    """Requests to the null server: as many as can be for the ceiling, then some beside the run."""

    def __init__(self, url: str, metrics: Metrics) -> None:
        self._url = f"{url}/"
        self._metrics = metrics
        self._hook = EventHook()  # type: ignore[no-untyped-call]
        self._greenlet: gevent.Greenlet | None = None

    def ceiling(self) -> float:
        """How many requests a second this process can send: it does nothing else meanwhile."""
        until = time.monotonic() + CEILING_SECONDS

        def send() -> int:
            session, sent = self._session(), 0
            while time.monotonic() < until:
                self._send(session)
                sent += 1
            return sent

        began = time.monotonic()
        users = [gevent.spawn(send) for _ in range(CEILING_USERS)]
        gevent.joinall(users, raise_error=True)
        return float(sum(each.value for each in users)) / (time.monotonic() - began)

    def begin(self) -> None:
        self._greenlet = gevent.spawn(self._beside)

    def end(self) -> None:
        if self._greenlet:
            self._greenlet.kill()

    def _beside(self) -> None:
        session, due = self._session(), time.monotonic()
        while True:
            gevent.sleep(max(0.0, due - time.monotonic()))
            self._send(session)
            self._metrics.record(NULL, (time.monotonic() - due) * 1e6)
            due += 1 / RATE

    def _session(self) -> FastHttpSession:
        return FastHttpSession(self._url, self._hook, None)

    def _send(self, session: FastHttpSession) -> None:
        meta: Any = session.get(self._url, name="null", catch_response=True)
        with meta as response:
            response.success()

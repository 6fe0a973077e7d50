"""Users that send plain requests, and check each response."""

import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events

import _run  # its listeners
from _schedule import Schedule
from _state import run

__all__ = ["CheckedUser", "_run"]


class CheckedUser(FastHttpUser):
    """Twenty requests a second, as long as the server keeps up. A wrong response is a failure.

    `app` is what the embedded server runs; each class has a server of its own, so that its CPU time
    is known by class. `script` is the app's file, where it is none of the five apps.
    """

    abstract = True
    app: str
    script: Path | None = None

    def on_start(self) -> None:
        self._schedule = Schedule(run.metrics, run.key(type(self).__name__))
        self._due = self._schedule.due
        run.schedules.add(self._schedule)

    def on_stop(self) -> None:
        if self._schedule in run.schedules:
            run.schedules.discard(self._schedule)
            self._schedule.settle(time.monotonic())

    def wait_time(self) -> float:
        return max(0.0, self._schedule.due - time.monotonic())

    def context(self) -> dict[str, Any]:
        return {"user": self._schedule.key, "due": self._due}

    def check(
        self, path: str, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        """Send GET, and compare status and body."""
        self.send(self.turned(), "GET", path, status, body, headers)

    def turned(self) -> str:
        """By which the figures of the next request are kept."""
        key = run.key(type(self).__name__)
        if key != self._schedule.key:
            self._schedule.settle(time.monotonic())
            self._schedule.restart(run.metrics, key)
        return key

    def send(
        self,
        key: str,
        method: str,
        path: str,
        status: int,
        body: bytes | None,
        headers: dict[str, str] | None = None,
        data: bytes = b"",
    ) -> None:
        """Send a request, and compare the status, and the body unless it may be any."""
        self._due = self._schedule.due
        self._schedule.sent += 1
        url = f"{run.options.hosts[key]}{path}" if len(run.stacks) > 1 else path
        with self.client.request(
            method,
            url,
            name=f"{key} {path}",
            headers=headers,
            data=data or None,  # type: ignore[arg-type]  # bytes are sent as they are
            allow_redirects=False,
            catch_response=True,
        ) as response:
            right = body is None or response.content == body
            if response.status_code == status and right:
                response.success()
            elif response.status_code == 0:
                response.failure(f"no response: {response.error}")
            else:
                wanted = f"{status}" if body is None else f"{status} {body[:60]!r}"
                response.failure(
                    f"expected {wanted}, received {response.status_code} "
                    f"{(response.content or b'')[:60]!r}"
                )


@events.request.add_listener
def keep(
    name: str, response_time: float, exception: Exception | None, context: Any, **_: Any
) -> None:
    """Locust rounds what it keeps to whole milliseconds, or two digits."""
    user = (context or {}).get("user")
    if user is None:
        return
    metrics = run.metrics
    metrics.counts[f"requests {user}"] += 1
    if exception:
        metrics.counts[f"failures {user}"] += 1
        if len(metrics.examples) < 1:
            metrics.examples.append(f"{name}: {exception}")
    else:
        metrics.record(f"requests {user}", response_time * 1000)
        metrics.record(f"due {user}", (time.monotonic() - context["due"]) * 1e6)

"""Fan-out: each user is a subscriber of a stream."""

from locust import User, task
from locust.exception import StopUser

import _run  # its listeners
from _locust_stats import fire
from _state import run

__all__ = ["SseUser", "_run"]


class SseUser(User):
    """Subscribes, and stays for as long as the profile says."""

    app = "sse"

    @task
    def watch(self) -> None:
        fanout = run.fanout
        if fanout is None:
            raise StopUser
        try:
            subscription = fanout.subscribe(str(self.host))
        except OSError as error:
            fire(self.environment, "subscribe", error)
            run.metrics.wrong("refused", f"stream: {error}")
            raise StopUser from None
        try:
            subscription.over.wait()
        finally:
            fanout.leave(subscription)
        if not subscription.left:
            raise StopUser

"""Fan-out: each user is a subscriber of a stream."""

from gevent import sleep
from locust import User, task
from locust.exception import StopUser

import _run  # its listeners
from _locust_stats import fire
from _returning import RETRY_SECONDS
from _state import run
from _subscription import Subscription

__all__ = ["SseUser", "_run"]


class SseUser(User):
    """Subscribes, and stays for as long as the profile says."""

    app = "sse"
    lost: Subscription | None = None
    """The stream that a restart of the server has ended."""

    @task
    def watch(self) -> None:
        fanout = run.fanout
        if fanout is None:
            raise StopUser
        try:
            subscription = fanout.subscribe(str(self.host), self.lost)
        except OSError as error:
            if fanout.returning.tries_again(self.lost):
                sleep(RETRY_SECONDS)
                return
            if self.lost is None:  # else it has given up, which counts already
                fire(self.environment, "subscribe", error)
                run.metrics.wrong("refused", f"stream: {error}")
            raise StopUser from None
        try:
            subscription.over.wait()
        finally:
            fanout.leave(subscription)
        if not subscription.left:
            self.lost = subscription if subscription.opened else self.lost
            if not fanout.returning.tries_again(self.lost):
                raise StopUser
            sleep(RETRY_SECONDS)

"""The requests of a file, to a user's own app."""

from locust import task

from _http import CheckedUser
from _state import run


class UserAppUser(CheckedUser):
    """Sends the requests in order, and again. Each must have the status of its first response."""

    app = "--app"

    def on_start(self) -> None:
        super().on_start()
        self._sent = 0

    @task
    def request(self) -> None:
        key = self.turned()
        every = run.options.sendable[key]
        each = every[self._sent % len(every)]
        self._sent += 1
        body = each["body"].encode("latin-1")
        self.send(key, each["method"], each["target"], each["status"], None, each["headers"], body)

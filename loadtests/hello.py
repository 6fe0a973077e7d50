"""Plain text."""

from _http import CheckedUser
from locust import task


class HelloUser(CheckedUser):
    app = "hello"

    @task
    def hello(self) -> None:
        self.check("/", 200, b"Hello Starlette !!!")

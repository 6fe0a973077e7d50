"""Plain text."""

from locust import task

from _http import CheckedUser


class HelloUser(CheckedUser):
    app = "hello"

    @task
    def hello(self) -> None:
        self.check("/", 200, b"Hello Starlette !!!")

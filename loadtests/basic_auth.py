"""What authentication costs: by kind of credentials, and beside the same app without it."""

from pathlib import Path

from locust import task

from _http import CheckedUser

PROTECTED = b'{"message":"Hello Protected Starlette !!!"}'


class AnonymousUser(CheckedUser):
    app = "basic_auth"

    @task
    def protected(self) -> None:
        self.check("/", 401, b"")


class WrongPasswordUser(CheckedUser):
    app = "basic_auth"

    @task
    def protected(self) -> None:
        headers = {"Authorization": "Basic YWRtaW46d3Jvbmc="}  # admin:wrong
        self.check("/", 400, b"Invalid Basic Auth Password", headers)


class RightPasswordUser(CheckedUser):
    app = "basic_auth"

    @task
    def protected(self) -> None:
        headers = {"Authorization": "Basic YWRtaW46czNjcjN0IQ=="}
        self.check("/", 200, PROTECTED, headers)


class WithoutAuthUser(CheckedUser):
    """What the other three are compared with. Needs the embedded server: no app is like that."""

    app = "without_auth"
    script = Path(__file__).with_name("_without_auth.py")

    @task
    def open(self) -> None:
        self.check("/", 200, PROTECTED)

"""JSON from a path parameter, requested from another origin."""

from locust import task

from _http import CheckedUser


class JsonCorsUser(CheckedUser):
    app = "json_cors"

    @task
    def user(self) -> None:
        origin = {"Origin": "http://localhost"}
        self.check("/user/Vader", 200, b'{"response":"Hello Vader !!!"}', origin)

"""The page, as a browser requests it for the first time."""

from locust import task

from _http import CheckedUser
from starlette_conformance.stacks.project import site_files

PAGE = site_files()["html/index.html"]


class StaticFilesUser(CheckedUser):
    app = "static_files"

    @task
    def page(self) -> None:
        assert isinstance(PAGE, bytes)
        self.check("/", 200, PAGE)

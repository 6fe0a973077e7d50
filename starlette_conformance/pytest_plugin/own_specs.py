"""A user's own folder of specs, and the app that they are about."""

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from starlette_conformance.http.curl_commands import PORT
from starlette_conformance.model.environment import Environment
from starlette_conformance.runs.rerun_commands import option_words
from starlette_conformance.userapp.app_process import AppProcess
from starlette_conformance.userapp.starting import Starting
from starlette_conformance.userapp.user_app import App


@dataclass(frozen=True)
class OwnSpecs:
    """`extra` are requirements of the app besides what a stack has, `passed` are the environment
    variables that it gets besides those of its pyproject.toml.
    """

    app: App
    extra: tuple[str, ...]
    passed: tuple[str, ...] = ()

    @classmethod
    def of(cls, app: str, folder: Path, extra: Sequence[str], passed: Sequence[str]) -> "OwnSpecs":
        """Raises UsageError."""
        return cls(
            App.of(app, folder, passed, Starting(in_place=True)), tuple(extra), tuple(passed)
        )

    def options(self) -> list[str]:
        """Those by which pytest starts the same app."""
        app = {"--app": self.app.name, "--cwd": self.app.folder}
        return option_words(app | {"--with": self.extra, "--pass-env": self.passed})

    def start(self, environment: Environment) -> AppProcess:
        return self.app.start(environment, environment.hash_seed)

    def serve_command(self, environment: Environment) -> str:
        """A command that serves the app, for who reproduces a request."""
        return self.app.serve_command(environment, PORT)


def new_folder(config: pytest.Config) -> Path:
    """For run files that nobody named a folder for: nothing is written next to the specs. Where no
    spec ran, it goes with the session.
    """
    folder = Path(tempfile.mkdtemp(prefix="starlette-conformance-runs-"))

    def remove_empty() -> None:
        with suppress(OSError):
            folder.rmdir()

    config.add_cleanup(remove_empty)
    return folder

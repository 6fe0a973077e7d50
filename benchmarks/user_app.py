"""A user's own app as pytest measures it: the options that name it, and its servers."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from starlette_conformance.cost.app_request import AppRequest
from starlette_conformance.cost.measurable import Measurable, measurable
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.userapp.read_requests import read_steps
from starlette_conformance.userapp.recorded_request import Step
from starlette_conformance.userapp.user_app import App

SECONDS = 10.0
MODULE = "test_user_app.py"
"""The benchmarks of a user's app, and of nothing else."""


@dataclass(frozen=True)
class UserApp:
    """`extra` are requirements besides what a stack has, and `unread` says what of the file is left
    out.
    """

    app: App
    steps: Sequence[Step]
    extra: Sequence[str]
    unread: Sequence[str]

    @classmethod
    def of(cls, config: pytest.Config) -> "UserApp | None":
        """Raises UsageError."""
        name, file = config.getoption("--app"), config.getoption("--requests")
        if bool(name) != bool(file):
            raise UsageError("name the app by --app and a file by --requests, or neither")
        if not name:
            return None
        folder = Path(config.invocation_params.dir, config.getoption("--cwd"))
        app = App.of(name, folder, config.getoption("--pass-env"))
        steps, unread = read_steps(Path(file), app.name, None)
        return cls(app, steps, config.getoption("--with"), unread)


@dataclass
class OnStack:
    """It on a stack; the server of each group of requests is started once."""

    found: Measurable
    environment: Environment
    exits: ExitStack = field(default_factory=ExitStack)
    _started: dict[str, Server] = field(default_factory=dict)

    @classmethod
    def of(cls, user_app: UserApp, environment: Environment) -> "OnStack":
        """Raises DidNotStart, CannotTell."""
        steps = user_app.steps
        found = measurable(user_app.app, environment, environment, steps, steps, SECONDS)
        return cls(found, environment)

    def benchmark(self, step: Step) -> AppRequest | str:
        """Of a request; a sentence, where it cannot be measured."""
        for each in self.found.benchmarks:
            if each.step == step:
                return each
        if step in self.found.broken:
            return f"{step}: it is right in one process, and not in another"
        return self.found.left_out[step]

    def server(self, benchmark: AppRequest) -> Server:
        if benchmark.app not in self._started:
            server = benchmark.group.start(self.environment)
            self.exits.callback(server.kill)
            self._started[benchmark.app] = server
            server.port()
        return self._started[benchmark.app]

"""What a user says of how the app starts, and the app that comes of it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette_conformance.model.errors import UsageError
from starlette_conformance.runs.rerun_commands import named, option_words
from starlette_conformance.stacks.locks.pin import Chosen
from starlette_conformance.userapp.starting import (
    START_SECONDS,
    Starting,
    command_of,
    options_of,
    shown,
    variables_of,
)
from starlette_conformance.userapp.user_app import App


@dataclass(frozen=True)
class StartOptions:
    """The values of options by their names."""

    start: str | None = None
    factory: bool = False
    server_options: Sequence[str] = ()
    ready: str | None = None
    start_seconds: float = START_SECONDS
    before: Sequence[str] = ()
    env: Sequence[str] = ()
    env_file: Path | None = None
    old_env: Sequence[str] = ()
    new_env: Sequence[str] = ()
    old_cwd: Path | None = None
    new_cwd: Path | None = None
    in_place: bool = False
    copied: Sequence[str] = ()

    def app(self, name: str | None, cwd: Path | None, passed: Sequence[str]) -> App:
        """The app on both sides. Raises UsageError."""
        starting = self._starting(name)
        name = name or Path(starting.command[0]).name
        common = variables_of(self.env, self.env_file, "--env")
        sides = []
        for folder, given, option in (
            (self.old_cwd, self.old_env, "--old-env"),
            (self.new_cwd, self.new_env, "--new-env"),
        ):
            variables = common | variables_of(given, None, option)
            side = replace(starting, variables=variables)
            sides.append(App.of(name, folder or cwd or Path(), passed, side))
        older, newer = sides
        return older if newer == older else replace(older, newer=newer)

    def _starting(self, name: str | None) -> Starting:
        if self.start and (name or self.factory or self.server_options):
            raise UsageError(
                "--start is the whole command, so --app, --factory and --server-option do not go "
                "with it"
            )
        if self.ready and not self.ready.startswith("/"):
            raise UsageError(f"--ready {self.ready}: write a path, such as /health")
        if self.in_place and self.copied:
            raise UsageError("--in-place copies nothing, so --copy does not go with it")
        return Starting(
            command_of(self.start) if self.start else (),
            options_of(self.server_options, self.factory),
            self.ready or "",
            self.start_seconds,
            tuple(self.before),
            in_place=self.in_place,
            copied=tuple(self.copied),
        )

    def words_of(
        self, app: str | None, extra: Sequence[str], chosen: Chosen, passed: Sequence[str]
    ) -> list[str]:
        """The app, and all that it needs to start, for a shell. The values of what may be a secret
        are left out.
        """
        packages = {"--with": extra, "--group": chosen.groups, "--extra": chosen.extras}
        values = {"--app": app, **packages, "--pass-env": passed} | named(self, "start=", "factory")
        values |= {"--server-option=": self.server_options}
        values |= named(self, "ready", "start_seconds", "before=", "env_file")
        for option in ("env", "old_env", "new_env"):
            variables = variables_of(getattr(self, option), None, option)
            name = option.replace("_", "-")
            values[f"--{name}="] = [shlex.split(each)[0] for each in shown(variables)]
        values |= named(self, "old_cwd", "new_cwd", "in_place") | {"--copy=": self.copied}
        return option_words(values, {"--start-seconds": START_SECONDS})

"""The user's app on a stack: a process of its own, in a copy of the user's folder, gone with the
harness.

It is served by the stack's server, as `python -m uvicorn module:app` is, or by a command of the
user, with a home of its own and the environment variables that the user passes by name or pattern.
Nothing is written to the user's folder, unless it is to run there.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from starlette_conformance.explain.start import Start
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.process.launch import NOTHING, Program, Under
from starlette_conformance.stacks.cache import discard_bytecode
from starlette_conformance.userapp.app_process import AppProcess
from starlette_conformance.userapp.copies import Copies, copies_of
from starlette_conformance.userapp.drawn_tracebacks import TRACEBACK, undrawn
from starlette_conformance.userapp.hints import hints
from starlette_conformance.userapp.names import meant
from starlette_conformance.userapp.pass_env import check, not_passed, of_env_file, passed_by
from starlette_conformance.userapp.private_copy import Original
from starlette_conformance.userapp.server_log import last_raised
from starlette_conformance.userapp.source import Source
from starlette_conformance.userapp.starting import PORT, Starting, shown

NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
LOGGED = 8
"""Last lines of the log of an app that does not start, where it has no traceback."""


class AppDidNotStart(DidNotStart):
    """With what its log says, and a sentence on variables that it did not get."""

    def __init__(self, text: str, start: Start, unpassed: str) -> None:
        super().__init__(text)
        self.start, self.unpassed = start, unpassed


@dataclass(frozen=True)
class App:
    """An app by its name, `module:attribute`, and the folder that its module lies in.

    `passed` are the names, and patterns of names, of the environment variables that it gets.
    `newer` is the app on NEW, where it is another there.
    """

    name: str
    folder: Path
    passed: tuple[str, ...] = ()
    starting: Starting = field(default_factory=Starting)
    newer: "App | None" = None

    @classmethod
    def of(
        cls,
        name: str,
        folder: Path,
        passed: Sequence[str] = (),
        starting: Starting | None = None,
    ) -> "App":
        """Its pyproject.toml may pass more variables. Raises UsageError."""
        starting = starting or Starting()
        if not starting.command and not NAME.fullmatch(name):
            raise UsageError(f"--app {name}: write package.module:app, as for uvicorn")
        if not folder.is_dir():
            raise UsageError(f"--cwd {folder}: no such folder")
        for variable in passed:
            check(variable, "--pass-env")
        names = (*passed, *passed_by(folder / "pyproject.toml"))
        return cls(name, folder.absolute(), names, starting)

    @property
    def sides(self) -> "tuple[App, App]":
        """The app on OLD and on NEW."""
        return self, self.newer or self

    @cached_property
    def original(self) -> Original | None:
        """What a process gets a copy of; None where it runs in place. Raises UsageError."""
        if self.starting.in_place:
            return None
        return Original.of(self.folder, self.starting.copied)

    @property
    def copies(self) -> Copies | None:
        """Of the original."""
        return copies_of(self.original) if self.original else None

    @cached_property
    def source(self) -> Source:
        """What of it is known before it runs. Raises UsageError."""
        if self.starting.command:
            return Source()
        return Source.of(self.original or Original.of(self.folder), self.name)

    def start(
        self,
        environment: Environment,
        hash_seed: int,
        under: Under = NOTHING,
        own: Path | None = None,
    ) -> AppProcess:
        """Raises UsageError, DidNotStart."""
        return AppProcess(self, environment, hash_seed, under, own)

    def serve_command(self, environment: Environment, port: int) -> str:
        """A line that serves it in a shell, until it is interrupted."""
        if self.starting.command:
            words = [word.replace(PORT, str(port)) for word in self.starting.command]
            path = f"PATH={shlex.quote(str(environment.interpreter.parent))}:$PATH"
        else:
            program = Program.of(self.name, environment, self.starting.options, port)
            words, path = [str(environment.interpreter), *program.words], ""
        given = [*shown(self.starting.variables), path, shlex.join(words)]
        return f"cd {shlex.quote(str(self.folder))} && {' '.join(filter(None, given))}"


def port(server: AppProcess) -> int:
    """Wait until the app listens. Raises AppDidNotStart, with the reason from its log."""
    ready = server.starting.ready
    try:
        return server.port()
    except DidNotStart as error:
        discard_bytecode()
        said, text = [*undrawn(server.said())], server.in_the_users_folder(str(error))
        raised = last_raised(said, server.folder)
        log = "\n".join(_last_words(said))
        remedies = [
            *hints(_last_words(said), server.environment),
            *meant(log, server.folder),
            *of_env_file(log, server.folder),
        ]
        if ready:
            got = f"it listens, and GET {ready} got {server.unready}; " if server.unready else ""
            remedies.append(f"{got}it is ready once it responds to GET {ready} with 2xx or 3xx")
        known = bool(remedies)
        unpassed = not_passed(server.withheld, said, known).removeprefix("; ")
        logged = raised.lines if raised else tuple(filter(str.strip, said[-LOGGED:]))
        start = Start(text, str(raised or ""), logged, tuple(remedies))
        parts = [f"{text}{reason(said, server.folder)}", *remedies, unpassed]
        raise AppDidNotStart("; ".join(filter(None, parts)), start, unpassed) from None


def _last_words(log: Sequence[str]) -> Sequence[str]:
    """A log from its last traceback on."""
    starts = [number for number, line in enumerate(log) if line.endswith(TRACEBACK)]
    return log[starts[-1] :] if starts else log


def reason(lines: Sequence[str], folder: Path) -> str:
    """The exception of the last traceback in a log, in brackets, unless it ends with that."""
    raised = last_raised(lines, folder)
    if raised is None or raised.exception == lines[-1]:
        return ""
    return f" ({raised.exception})"

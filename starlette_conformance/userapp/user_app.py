"""The user's app on a stack: a process of its own, in the user's folder, gone with the harness.

It is served by the stack's server, as `python -m uvicorn module:app` is, with a home of its own and
the environment variables that the user passes by name or pattern. Nothing is written to the
user's folder by Python itself.
"""

import re
import shlex
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.child_environment import of_user_app, withheld
from starlette_conformance.process.launch import Program, Under
from starlette_conformance.process.orphans import ports
from starlette_conformance.stacks.cache import BYTECODE, cache_folder, discard_bytecode
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp.pass_env import check, not_passed, passed_by

NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
TRACEBACK = "Traceback (most recent call last):"
NOT_IMPORTED = "Could not import module"
"""What uvicorn says of the app's module."""
HINTS = {
    r"No module named|pip install|to be installed": (
        "install the package that has it by --with, or where OLD and NEW are installed; its name "
        "may be another than the module's; a module of yours is found by --cwd"
    ),
    NOT_IMPORTED: "--cwd says where it lies",
    r"(?i)address already in use": (
        "the app runs on both stacks at once, so it can have no port of its own that is the same"
    ),
}
"""What to do about what a log says."""
START_SECONDS = 60.0
"""How long an app may take to listen: it may have much to import, or to load, and twice at once."""
QUIET = 0.5
"""Seconds between two looks at what it listens on, where its log does not say."""
CHOSEN = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""From which port to which the kernel picks one; some sandboxes hide it."""
USUALLY_CHOSEN = ["32768", "60999"]


@dataclass(frozen=True)
class App:
    """An app by its name, `module:attribute`, and the folder that its module lies in.

    `passed` are the names, and patterns of names, of the environment variables that it gets.
    """

    name: str
    folder: Path
    passed: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, folder: Path, passed: Sequence[str] = ()) -> "App":
        """Its pyproject.toml may pass more variables. Raises UsageError."""
        if not NAME.fullmatch(name):
            raise UsageError(f"--app {name}: write package.module:app, as for uvicorn")
        if not folder.is_dir():
            raise UsageError(f"--cwd {folder}: no such folder")
        for variable in passed:
            check(variable, "--pass-env")
        return cls(name, folder.absolute(), (*passed, *passed_by(folder / "pyproject.toml")))

    def start(self, environment: Environment, hash_seed: int) -> Server:
        return _UserAppServer(self, environment, hash_seed)

    def serve_command(self, environment: Environment, port: int) -> str:
        """A line that serves it in a shell, until it is interrupted."""
        program = Program.of(self.name, environment, port=port)
        words = [str(environment.interpreter), *program.words]
        return f"cd {shlex.quote(str(self.folder))} && {shlex.join(words)}"


class _UserAppServer(Server):
    """An app that may have silenced its server's log, as `logging.config.dictConfig` does.

    It listens on the one port that the kernel picked for it.
    """

    def __init__(self, app: App, environment: Environment, hash_seed: int) -> None:
        self._home = ExitStack()
        home = str(self._home.enter_context(scratch()))
        pinned = of_user_app(environment, home, app.passed) | {
            "PYTHONHASHSEED": str(hash_seed),
            "PYTHONPYCACHEPREFIX": str(cache_folder() / BYTECODE),
        }
        under = Under(pinned=pinned, alone=True)
        self.withheld = withheld(app.passed)
        try:
            super().__init__(app.name, environment, app.folder, under=under)
        except BaseException:
            self._home.close()
            raise

    def kill(self) -> int:
        status = super().kill()
        self._home.close()
        return status

    def _port_in(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        words = CHOSEN.read_text().split() if CHOSEN.exists() else USUALLY_CHOSEN
        lowest, highest = map(int, words)
        before: set[int] = set()
        while not (logged := super()._port_in(min(QUIET, deadline - time.monotonic()))):
            if self.log.ended or time.monotonic() > deadline:
                return 0
            now = {port for port in ports(self.pid) if lowest <= port <= highest}
            if len(now) == 1 and now == before:
                return now.pop()
            before = now
        return logged


def port(server: Server) -> int:
    """Wait until the app listens. Raises DidNotStart, with the reason from its log."""
    try:
        return server.port(START_SECONDS)
    except DidNotStart as error:
        discard_bytecode()
        lines = server.log.lines()
        names = server.withheld if isinstance(server, _UserAppServer) else []
        raise DidNotStart(f"{error}{reason(lines)}{not_passed(names, lines)}") from None


def reason(lines: Sequence[str]) -> str:
    """The exception of the last traceback in a log, and what to do about it."""
    starts = [number for number, line in enumerate(lines) if line.endswith(TRACEBACK)]
    after = lines[starts[-1] + 1 :] if starts else lines
    raised = next((line for line in after if line and not line.startswith((" ", "\t"))), "")
    exception = f" ({raised})" if starts and raised and raised != lines[-1] else ""
    said = [hint for words, hint in HINTS.items() if any(re.search(words, line) for line in after)]
    return "".join([exception, *(f"; {hint}" for hint in said)])

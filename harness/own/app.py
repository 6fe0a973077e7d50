"""The user's app on a stack: a process of its own, in the user's folder, gone with the harness.

It is served by the uvicorn of the stack, as `python -m uvicorn module:app` is, and gets the user's
environment variables, but for those that would change what is served. Nothing is written to the
user's folder by Python itself.
"""

import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cache import cache_folder
from harness.environments import Environment
from harness.failures import DidNotStart, UsageError
from harness.processes import Under
from harness.servers import Server

NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
NOT_PASSED = re.compile(r"PYTHON\w*|UVICORN_\w+|WEB_CONCURRENCY|VIRTUAL_ENV|FORWARDED_ALLOW_IPS")
TRACEBACK = "Traceback (most recent call last):"
NOT_IMPORTED = "Could not import module"
"""What uvicorn says of the app's module."""
MISSING = re.compile(r"No module named '([\w.]+)'")


@dataclass(frozen=True)
class App:
    """An app by its name, `module:attribute`, and the folder that its module lies in."""

    name: str
    folder: Path

    @classmethod
    def of(cls, name: str, folder: Path) -> "App":
        """Raises UsageError."""
        if not NAME.fullmatch(name):
            raise UsageError(f"--app {name}: write package.module:app, as for uvicorn")
        if not folder.is_dir():
            raise UsageError(f"--cwd {folder}: no such folder")
        return cls(name, folder.absolute())

    def start(self, environment: Environment, hash_seed: int) -> Server:
        under = Under(script=["-m"], pinned=_variables(hash_seed))
        server = Server(Path("uvicorn"), environment, self.folder, [self.name], under=under)
        server.app = self.name
        return server

    def by_hand(self, environment: Environment, port: int) -> str:
        """A line that serves it in a shell, until it is interrupted."""
        words = [str(environment.interpreter), "-m", "uvicorn", "--port", str(port), self.name]
        return f"cd {shlex.quote(str(self.folder))} && {shlex.join(words)}"


def port(server: Server) -> int:
    """Wait until the app listens. Raises DidNotStart, with the reason that its log tells."""
    try:
        return server.port()
    except DidNotStart as error:
        reason = _reason(server.log.lines())
        raise DidNotStart(f"{error}{reason}") from None


def _reason(lines: Sequence[str]) -> str:
    """The exception of the last traceback in a log, and what to do about it."""
    starts = [number for number, line in enumerate(lines) if line.endswith(TRACEBACK)]
    after = lines[starts[-1] + 1 :] if starts else lines
    raised = next((line for line in after if line and not line.startswith((" ", "\t"))), "")
    reason = f" ({raised})" if starts and raised and raised != lines[-1] else ""
    missing = MISSING.search(raised)
    if missing:
        name = missing[1].partition(".")[0]
        reason += f"; --with {name} installs a package, and --cwd says where modules of yours are"
    if any(NOT_IMPORTED in line for line in lines):
        reason += "; --cwd says where it lies"
    return reason


def _variables(hash_seed: int) -> dict[str, str]:
    passed = {name: value for name, value in os.environ.items() if not NOT_PASSED.fullmatch(name)}
    return passed | {
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPYCACHEPREFIX": str(cache_folder() / "bytecode"),
    }

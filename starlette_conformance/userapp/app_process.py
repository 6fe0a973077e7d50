"""The process of a user's app: in a copy of its folder, with a home of its own, gone with it."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, UsageError
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.child_environment import of_user_app, withheld
from starlette_conformance.process.launch import NOTHING, Program, Under, guarded
from starlette_conformance.process.log import last_said
from starlette_conformance.process.orphans import ports
from starlette_conformance.stacks.cache import BYTECODE, cache_folder
from starlette_conformance.stacks.tempdirs import scratch
from starlette_conformance.userapp.own_folders import SHELL, folders, programs
from starlette_conformance.userapp.server_log import last_raised
from starlette_conformance.userapp.starting import PORT

if TYPE_CHECKING:  # which imports this module
    from starlette_conformance.userapp.user_app import App

QUIET = 0.5
"""Seconds between two looks at what it listens on, where its log does not say."""
LOOK = 0.05
"""Seconds between two attempts to connect."""
CHOSEN = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""From which port to which the kernel picks one; some sandboxes hide it."""
USUALLY_CHOSEN = ["32768", "60999"]
LOGGED_SECONDS = 0.5
"""How long a traceback may take that is logged after the response."""


class AppProcess(Server):
    """An app that may have silenced its server's log, as `logging.config.dictConfig` does.

    It listens on the one port that the kernel picked for it, or, where a command of the user starts
    it, on the port that it is given. It runs in one of the app's `copies`, if it has them. The
    copy, and what else is its own, lies in `own`, a folder that is not there before and after.
    """

    def __init__(
        self,
        app: App,
        environment: Environment,
        hash_seed: int,
        under: Under = NOTHING,
        own: Path | None = None,
    ) -> None:
        folder, copies, starting = app.folder, app.copies, app.starting
        self.folder, self.starting = folder, starting
        self._given_port = _free_port() if starting.command else 0
        self.withheld = withheld(app.passed)
        self.unready = ""  # the status that the path of --ready got last, where it was no success
        self._own = ExitStack()
        try:
            if own is None:
                own = self._own.enter_context(scratch())
            else:
                own.mkdir()
                self._own.callback(shutil.rmtree, own, ignore_errors=True)
            self._copy = own / "app" / (folder.name or "app") if copies else folder
            if copies:
                made = copies.fill(self._copy)
                self._own.callback(_forget_bytecode, own)
                self._own.callback(copies.keep, made)
            given = of_user_app(environment, str(own / "home"), app.passed)
            pinned = given | folders(own) | dict(starting.variables)
            pinned |= {
                "PATH": os.pathsep.join([*programs(environment, own / "bin"), given["PATH"]]),
                "PYTHONHASHSEED": str(hash_seed),
                "PYTHONPYCACHEPREFIX": str(cache_folder() / BYTECODE),
            }
            if "PATH" in starting.variables:
                pinned["PATH"] = starting.variables["PATH"]
            for command in starting.before:
                self._run_before(command, environment, pinned)
            super().__init__(
                app.name,
                environment,
                self._copy,
                starting.options,
                under=replace(under, pinned={**pinned, **under.pinned}, alone=True),
                program=self._program(pinned["PATH"]),
            )
        except BaseException:
            self._own.close()
            raise

    def port(self, seconds: float | None = None) -> int:
        return super().port(self.starting.seconds if seconds is None else seconds)

    def kill(self) -> int:
        status = super().kill()
        self._own.close()
        return status

    def said(self, start: int = 0) -> list[str]:
        """The lines of its log, with the user's folder in place of the copy."""
        return [self.in_the_users_folder(line) for line in self.log.lines(start)]

    def traceback(self, start: int) -> tuple[str, ...]:
        """What it logs of an exception from a position on: after the response, where the app sends
        its own page of an error.
        """
        deadline = time.monotonic() + LOGGED_SECONDS
        while not (raised := last_raised(self.said(start), self.folder)):
            if time.monotonic() > deadline:
                return ()
            time.sleep(LOOK)
        return raised.lines

    def in_the_users_folder(self, text: str) -> str:
        return text.replace(str(self._copy), str(self.folder))

    def _program(self, path: str) -> Program | None:
        """What --start says, with the port; the program is looked for on the stack's PATH."""
        if not self.starting.command:
            return None
        words = [word.replace(PORT, str(self._given_port)) for word in self.starting.command]
        found = shutil.which(words[0], path=path)
        if found is None and (self._copy / words[0]).is_file():
            found = str(self._copy / words[0])
        if found is None:
            raise UsageError(
                f"--start {words[0]}: no such program where the stack is installed, or on PATH; "
                "--with installs the package that has it"
            )
        return Program(words[1:], executable=str(Path(found).absolute()))

    def _run_before(
        self, command: str, environment: Environment, variables: Mapping[str, str]
    ) -> None:
        """Run a command of --before. Raises DidNotStart."""
        process = subprocess.Popen(
            guarded([SHELL, "-c", command]),
            cwd=self._copy,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=self.starting.seconds)
            how = f"exited with {process.returncode}" if process.returncode else ""
        except subprocess.TimeoutExpired:
            output, how = b"", f"took more than {self.starting.seconds:g} s (--start-seconds)"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if how:
            last = last_said(output.decode("utf-8", "replace").splitlines())
            raise DidNotStart(f"--before {command!r} on {environment.name} {how}: {last}")

    def _is_of_other_server(self) -> str:
        return "" if self.starting.command else super()._is_of_other_server()

    def _port_in(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        number = self._given(deadline) if self._given_port else self._picked(deadline)
        if number and self.starting.ready and not self._is_ready(number, deadline):
            return 0
        return number

    def _given(self, deadline: float) -> int:
        """The port that a command was given, once something accepts connections there."""
        while not self._ends_within(0) and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection((self.host, self._given_port), 1.0):
                return self._given_port
            time.sleep(LOOK)
        return 0

    def _picked(self, deadline: float) -> int:
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

    def _is_ready(self, number: int, deadline: float) -> bool:
        """Wait until it responds to the path of --ready with 2xx or 3xx."""
        self._late = "listened, and was not ready"
        while not self._ends_within(0) and (left := deadline - time.monotonic()) > 0:
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(self.host, number, timeout=left)
                try:
                    connection.request("GET", self.starting.ready)
                    status = connection.getresponse().status
                    if status < 400:
                        return True
                    self.unready = f"{status}"
                finally:
                    connection.close()
            time.sleep(LOOK)
        return False


def _forget_bytecode(own: Path) -> None:
    """Remove what Python compiled of a copy: none is ever started from there again."""
    shutil.rmtree(cache_folder() / BYTECODE / str(own).lstrip("/"), ignore_errors=True)


def _free_port() -> int:
    """One that the kernel picks; it gives the same to nobody else for a while."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

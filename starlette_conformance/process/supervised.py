"""Programs that run code of others, below a supervisor each: none outlives the harness, and neither
does what it has detached, even where the harness is killed by SIGKILL (`_supervisor.py`).
"""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import psutil

from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.process.orphans import below

SUPERVISOR = Path(__file__).with_name("_supervisor.py")
SECONDS = 20.0
"""How long a supervisor may take to start, or to end: longer than it waits for what it kills."""


class Supervised:
    """A program in a session of its own, with what is needed of a `subprocess.Popen`.

    Its command has an absolute path first. It writes to `output`, and what it says of errors too,
    unless that goes to a descriptor of its own.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        output: int = subprocess.DEVNULL,
        errors: int | None = None,
    ) -> None:
        self.returncode: int | None = None
        self._name = command[0]
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(SECONDS)
        words = [sys.executable, "-I", "-S", str(SUPERVISOR)]
        try:
            with theirs:
                self._supervisor = subprocess.Popen(
                    [*words, str(os.getpid()), str(theirs.fileno()), *command],
                    cwd=cwd,
                    env=env,
                    stdin=stdin,
                    stdout=output,
                    stderr=output if errors is None else errors,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
        except BaseException:
            self._channel.close()
            raise

    @cached_property
    def pid(self) -> int:
        """Its process id, which is free for another only after `wait`. Raises DidNotStart."""
        if received := self._received():
            return received
        self.wait()
        raise DidNotStart(f"{self._name}: its supervisor ended, or said nothing in {SECONDS:g} s")

    def ends_within(self, seconds: float) -> bool:
        """Whether it ends by itself in so many seconds. Raises DidNotStart."""
        try:
            pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:  # its supervisor was killed
            return True
        try:
            return bool(select.select([pidfd], [], [], seconds)[0])
        finally:
            os.close(pidfd)

    def adopted(self) -> list[psutil.Process]:
        """What it has left, once it has ended."""
        return below(self._supervisor.pid)

    def wait(self) -> int:
        """Kill what is still there of it, and of what it started; its status."""
        if self.returncode is None:
            self.returncode = self._ended()
        return self.returncode

    def _ended(self) -> int:
        with self._channel:
            with suppress(OSError):  # its supervisor was killed
                self._channel.shutdown(socket.SHUT_WR)
            if "pid" not in vars(self):
                self._received()
            status = self._received()
        try:
            self._supervisor.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()
        return -signal.SIGKILL if status is None else status

    def _received(self) -> int | None:
        """A number that the supervisor has sent; None where it has ended, or sends none."""
        try:
            return int(self._channel.recv(64))
        except (OSError, ValueError):
            return None

"""Servers: an app under an environment's interpreter, as a process of its own.

It is started as documented, with a port that the kernel picks. uvicorn's own line tells the port,
and that it listens.
"""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from harness.environments import Environment
from harness.failures import DidNotStart
from harness.log import Log

GUARD = Path(__file__).with_name("guard.py")
RUNNING = re.compile(r"Uvicorn running on http://127\.0\.0\.1:(\d+) ")
START_SECONDS = 20.0
STOP_SECONDS = 10.0

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
"""What an app on a provisioned stack sees of the environment variables; WEB_CONCURRENCY and its
like would change what is judged."""


def command(
    script: Path, environment: Environment, port: int, arguments: Sequence[str] = ()
) -> list[str]:
    """How an app is started so that it dies with the harness."""
    return guarded([str(environment.interpreter), str(script), "--port", str(port), *arguments])


def guarded(program: Sequence[str]) -> list[str]:
    """A command, with an absolute path first, that dies with this process."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *program]


def variables(environment: Environment) -> dict[str, str]:
    """The environment variables that an app gets."""
    if environment.passes_variables:
        return dict(os.environ)
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONHASHSEED": str(environment.hash_seed)}


class Server:
    """An app that has been started, from `python apps/<app>.py` to its exit status."""

    def __init__(
        self, script: Path, environment: Environment, cwd: Path, arguments: Sequence[str] = ()
    ) -> None:
        self.app = script.stem
        self.environment = environment
        self._process = subprocess.Popen(
            command(script, environment, 0, arguments),
            cwd=cwd,
            env=variables(environment),
            stdin=subprocess.DEVNULL,
            stdout=(pipe := os.pipe())[1],
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(pipe[1])
        self.log = Log(pipe[0])
        self.pid = self._process.pid
        self._pidfd = os.pidfd_open(self.pid)

    def port(self) -> int:
        """Wait until it listens. Raises DidNotStart, with the last line that it logged."""
        if not self.log.wait_for(lambda lines: bool(_port(lines)), START_SECONDS):
            ended = self._ends_within(1.0 if self.log.ended else 0.0)
            status = self.kill()
            how = (
                f"ended with status {status}" if ended else f"did not listen in {START_SECONDS:g} s"
            )
            said = [line for line in self.log.lines() if line.strip()] or ["(it logged nothing)"]
            raise DidNotStart(f"{self.app} on {self.environment} {how}: {said[-1]}")
        return _port(self.log.lines())

    def cpu_seconds(self) -> float:
        """The CPU time that it has used so far; its clock's number is the kernel's formula."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def ask_to_stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal, without waiting."""
        if self._process.returncode is None:
            signal.pidfd_send_signal(self._pidfd, by)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and wait as `ended` does."""
        self.ask_to_stop(by)
        return self.ended()

    def ended(self) -> int:
        """Wait until it ends by itself, and SIGKILL it when it does not; the status, as `kill`."""
        self._ends_within(STOP_SECONDS)
        return self.kill()

    def kill(self) -> int:
        """End it and whatever it started, now. The status is -N where signal N ended it."""
        if self._process.returncode is None:
            # Not reaped yet, so the number of its process group cannot have gone to another.
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
            os.close(self._pidfd)
            self.log.close()
        return self._process.returncode

    def _ends_within(self, seconds: float) -> bool:
        if self._process.returncode is not None:
            return True
        return bool(select.select([self._pidfd], [], [], seconds)[0])


def _port(lines: Sequence[str]) -> int:
    for line in lines:
        if found := RUNNING.search(line):
            return int(found[1])
    return 0

"""Servers: an app under an environment's interpreter, as a process of its own.

It is started as documented, with a port that the kernel picks. The server's own line names the
port, and that it listens; a server that is not the stack's is stopped.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

import psutil

from starlette_conformance import servers
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart, DidNotStop
from starlette_conformance.process.forkserver import Forked, Forker
from starlette_conformance.process.launch import NOTHING, Program, Under, cpu_seconds, start
from starlette_conformance.process.log import LAST_WORDS, last_said
from starlette_conformance.process.orphans import below, kill_holders, kill_left, listeners, opened
from starlette_conformance.process.output_pipes import OutputPipes
from starlette_conformance.process.supervised import Supervised

LINE = 300
"""Characters of a line of its log that are shown."""
START_SECONDS = 20.0
STOP_SECONDS = 10.0
FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that no process gets from its own doing."""


class Server:
    """An app that has been started, from `python apps/<app>.py` to its exit status.

    It is named by its script, or as `module:attribute`. With a forker, the interpreter that it runs
    in is not started anew, but forked. `by` names another way to start it, of its server's adapter,
    and `program` is one that it has not. `path` is the Unix socket that it is to listen on, `stdin`
    a descriptor that it reads. Where it `prints_apart`, without a forker, the log has no `printed`.
    """

    def __init__(
        self,
        app: Path | str,
        environment: Environment,
        cwd: Path,
        arguments: Sequence[str] = (),
        forker: Forker | None = None,
        under: Under = NOTHING,
        port: int = 0,
        by: str = "",
        program: Program | None = None,
        path: str = "",
        stdin: int = subprocess.DEVNULL,
        prints_apart: bool = False,
    ) -> None:
        self.app = app.stem if isinstance(app, Path) else app
        self.host = "127.0.0.1"
        self.environment = environment
        with OutputPipes(prints_apart) as pipes:
            program = program or Program.of(app, environment, arguments, port, by)
            self._process: Supervised | Forked = (
                forker.start(program, cwd, pipes.errors)
                if forker
                else start(program, environment, cwd, pipes.errors, under, stdin, pipes.output)
            )
        self.log, self.printed = pipes.logs(environment.server.log_time)
        self.pid = self._process.pid
        try:
            self._pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:  # its forker was killed, and has not waited for it
            raise DidNotStart(f"{self.app} on {environment} was killed as it started") from None
        self.path = path
        self._port, self._listening = 0, set[str]()
        self._stopping, self._patience = False, 0.0
        self._late = "did not listen"
        self._below: list[psutil.Process] = []
        self._ending = Lock()

    def port(self, seconds: float | None = None) -> int:
        """Wait until the stack's server listens; its port is 0 where that is on a Unix socket.

        Raises DidNotStart, with the last line of its log. A port of another process is refused:
        the responses would be that process's.
        """
        seconds = START_SECONDS if seconds is None else seconds
        self._port = self._port_in(seconds)
        if other := self._is_of_other_server():
            self.kill()
            raise DidNotStart(
                f"{self.app} on {self.environment}: {other} serves it, and the stack's server is "
                f"{self.environment.server.name}; nothing that it sends would count for that"
            )
        listens = self.path and self.environment.server.listens(self.log.lines())
        if not self._port and not listens:
            ended = self._ends_within(1.0 if self.log.ended else 0.0)
            status = self.kill()
            how = f"ended with status {status}" if ended else f"{self._late} in {seconds:g} s"
            raise DidNotStart(f"{self.app} on {self.environment} {how}: {self._last_words()}")
        listening = listeners(self._port)
        pids = (self.pid, *(each.pid for each in below(self.pid)))
        self._listening = {link for pid in pids for link in opened(pid)} & listening
        # Not where it has ended meanwhile, as by --limit-max-requests 0: its socket is gone then.
        if not self._listening and listening & listeners(self._port):
            self.kill()
            raise DidNotStart(
                f"{self.app} on {self.environment} says that it listens on port {self._port}, "
                "where another process does"
            )
        return self._port

    def _is_of_other_server(self) -> str:
        """The server that serves it instead of the stack's; empty where none does."""
        return servers.another(self.environment.server, self.log.lines())

    def _port_in(self, seconds: float) -> int:
        """The port that its log names in so many seconds, or 0."""
        server = self.environment.server
        listens = server.listens if self.path else server.port
        self.log.wait_for(
            lambda lines: bool(listens(lines) or servers.another(server, lines)), seconds
        )
        return server.port(self.log.lines())

    def cpu_seconds(self) -> float:
        """The CPU time that it has used so far."""
        return cpu_seconds(self.pid)

    def request_stop(self, by: signal.Signals | None = None) -> None:
        """Send the signal, or the one that stops its server, without waiting."""
        by = by or self.environment.server.stop
        self._stopping, self._patience = True, time.monotonic() + STOP_SECONDS
        self._below = below(self.pid)
        with self._ending:
            if self._process.returncode is None:
                signal.pidfd_send_signal(self._pidfd, by)

    def stop(self, by: signal.Signals | None = None) -> int:
        """Send the signal, and wait as `ended` does."""
        self.request_stop(by)
        return self.ended()

    def stop_well(self) -> None:
        """Stop it by SIGTERM. Raises DidNotStop where it stays, or some child of it does.

        Nothing is left of it then either. The time runs from the signal: servers that got it
        together take no longer than one.
        """
        if self._process.returncode is not None:
            return
        if not self._stopping:
            self.request_stop()
        ended = self._ends_within(max(0.0, self._patience - time.monotonic()))
        alone = ended and self._is_alone()
        left = self._kill_left() if ended else []
        self.kill()
        who = f"{self.app} on {self.environment}"
        if not ended:
            how = f"did not end within {STOP_SECONDS:g} s of SIGTERM, so it was killed"
            raise DidNotStop(f"{who} {how}: {self._last_words()}")
        if left or not alone:
            named = f": {', '.join(left)}" if left else ""
            raise DidNotStop(f"{who} ended, and left processes behind, which were killed{named}")

    def kill_left_processes(self) -> list[str]:
        """What outlives it, killed and named; it is stopped where anything could, and so runs on
        where there is nothing below it that is not in its process group.
        """
        if self._process.returncode is not None or not any(map(self._is_apart, below(self.pid))):
            return []
        self.request_stop()
        return self._kill_left() if self._ends_within(STOP_SECONDS) else []

    def _kill_left(self) -> list[str]:
        return kill_left([*{*self._below, *self._process.adopted()}], LAST_WORDS)

    def _is_apart(self, process: psutil.Process) -> bool:
        with suppress(ProcessLookupError):
            return os.getpgid(process.pid) != self.pid
        return False

    def _is_alone(self) -> bool:
        """Whether nobody has its log or its port, now that it has ended."""
        self.log.wait_for(lambda _: False, LAST_WORDS)
        return self.log.ended and not self._listening & listeners(self._port)

    def _last_words(self) -> str:
        return last_said(self.log.lines())[:LINE]

    def ended_already(self) -> bool:
        """Whether it has ended, by itself or by another's doing."""
        return self._ends_within(0)

    def ended(self) -> int:
        """Wait until it ends by itself, and SIGKILL it when it does not; the status, as `kill`."""
        self._ends_within(STOP_SECONDS)
        return self.kill()

    def ended_by_others(self) -> str:
        """The signal by which somebody else ended it: a person, or a machine without memory.

        Empty where it still runs, got a signal to end, or ended by itself, as by a fault of its
        own.
        """
        if self._stopping or not self._ends_within(0):
            return ""
        status = self.kill()
        self._stopping = False
        return signal.Signals(-status).name if -status in FROM_OUTSIDE else ""

    def kill(self) -> int:
        """End it and whatever it started, now: once, though several threads may find that it does
        not start. The status is -N where signal N ended it.
        """
        self._stopping = True
        with self._ending:
            if self._process.returncode is None:
                started = {*self._below, *below(self.pid)}
                # Not reaped yet, so the number of its process group cannot have gone to another.
                # There is none where its forker was killed, or has forked it this very moment.
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
                self._process.wait()
                kill_left([*started])
                os.close(self._pidfd)
                for log in {self.log, self.printed}:
                    log.close()
                if self._listening & listeners(self._port):
                    kill_holders(self._listening)
            return self._process.wait()

    def _ends_within(self, seconds: float) -> bool:
        with self._ending:
            if self._process.returncode is not None:
                return True
            own = os.dup(self._pidfd)  # another thread may close that meanwhile
        try:
            return bool(select.select([own], [], [], seconds)[0])
        finally:
            os.close(own)

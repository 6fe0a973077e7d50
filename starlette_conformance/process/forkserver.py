"""Apps that are forked from one interpreter of their stack, which imported their packages once.

Most of what a start costs is that import, and every app of a stack has the same. What runs is the
same script in a process of its own, with the same packages and variables.
"""

import json
import signal
import socket
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import psutil

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.process.child_environment import of_app
from starlette_conformance.process.launch import NOTHING, Program, Under
from starlette_conformance.process.orphans import below, kill_left
from starlette_conformance.process.supervised import Supervised

FORKER = Path(__file__).with_name("_forkserver_child.py")
SECONDS = 20.0
"""How long the interpreter may take to reply."""
LEFT_SECONDS = 0.5
"""How long what an app started may take to end after it."""


class Forked:
    """A process of a forker's, with what is needed of a `subprocess.Popen`."""

    def __init__(self, forker: "Forker", pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._forker = forker

    def adopted(self) -> list[psutil.Process]:
        """Nothing: its forker adopts what it has left, and names it."""
        return []

    def wait(self) -> int:
        if self.returncode is None:
            try:
                self.returncode = self._forker.call({"wait": self.pid})
            except DidNotStart:  # the forker was killed, and the app with it
                self.returncode = -signal.SIGKILL
        return self.returncode


class Forker:
    """The interpreter of a stack from which apps are forked; they die with it.

    It may run under a program, and by a script, and then replies within `seconds`.
    """

    def __init__(
        self, environment: Environment, under: Under = NOTHING, seconds: float | None = None
    ) -> None:
        self.environment = environment
        self._lock = Lock()
        preloaded = environment.server.preloaded
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._seconds = SECONDS if seconds is None else seconds
        self._channel.settimeout(self._seconds)
        with theirs:
            ahead = [*under.program, str(environment.interpreter), *under.script]
            variables = of_app(environment) | dict(under.pinned)
            words = [*ahead, str(FORKER), *preloaded]
            self._process = Supervised(words, variables, stdin=theirs.fileno())

    def __enter__(self) -> "Forker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, program: Program, cwd: Path, output: int) -> Forked:
        """Start an app that writes to the descriptor `output`. Raises DidNotStart."""
        words, folder = list(program.words), program.folder or Path(program.words[0]).parent
        request = {
            "words": words,
            "folder": str(folder),
            "cwd": str(cwd),
            "variables": dict(program.variables),
        }
        return Forked(self, self.call(request, output))

    def call(self, request: Any, *descriptors: int) -> int:
        """The reply to a request. Raises DidNotStart where there is none, and ever after.

        A late reply would be taken for that to the next request.
        """
        data = json.dumps(request).encode()
        with self._lock:
            try:
                socket.send_fds(self._channel, [data], descriptors)
                return int(self._channel.recv(64))
            except (OSError, ValueError):
                self._channel.close()
                who = f"the interpreter of {self.environment} that apps are forked from"
                raise DidNotStart(f"{who} ended, or said nothing in {self._seconds:g} s") from None

    def kill_left_processes(self) -> list[str]:
        """What its apps have left, now that all of them have ended: killed, and named."""
        return kill_left(below(self._process.pid), LEFT_SECONDS)

    def close(self) -> None:
        """End it, and with it every app that still runs, and what they left."""
        self._channel.close()
        with suppress(DidNotStart):
            self._process.ends_within(1)  # under valgrind it writes what it counted
        self._process.wait()

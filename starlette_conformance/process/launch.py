"""How a process is started, so that it dies with the harness; its variables, clock and rest."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import Failure
from starlette_conformance.process.child_environment import of_app
from starlette_conformance.process.supervised import Supervised

GUARD = Path(__file__).with_name("_die_with_parent.py")

LOOK_SECONDS = 0.0003
ASLEEP = "SZX"
"""A thread that has ended sleeps too."""
LOOKS = 3
"""So many times in a row must all threads sleep; one hands over to another in between."""


@dataclass(frozen=True)
class Under:
    """What an app runs under: a program before its interpreter, and a script before its words.

    `pinned` are environment variables that it gets besides, or with `alone` all that it gets.
    """

    program: Sequence[str] = ()
    script: Sequence[str] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False


NOTHING = Under()
ENDED = (FileNotFoundError, ProcessLookupError)
"""What reading of a process or a thread raises; the latter where it ends once its file is open."""


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used so far; its clock's number is the kernel's formula."""
    return time.clock_gettime(~pid << 3 | 2)


def busy_threads(pid: int) -> Callable[[], float]:
    """What says how long the threads of a process have had a core so far, or waited for one, in
    seconds; 0 once it has ended.
    """
    threads = Path(f"/proc/{pid}/task")

    def seconds() -> float:
        with suppress(*ENDED):
            texts = ((each / "schedstat").read_text() for each in threads.iterdir())
            return sum(int(number) for text in texts for number in text.split()[:2]) / 1e9
        return 0.0

    return seconds


def rests(pid: int, seconds: float, asleep_in: str = ASLEEP) -> bool:
    """Wait until every thread of a process is in such a state, several looks in a row; False where
    none do.
    """
    asleep, deadline = 0, time.monotonic() + seconds
    while asleep < LOOKS and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        asleep = asleep + 1 if _all_in(pid, asleep_in) else 0
    return asleep >= LOOKS


def _all_in(pid: int, states: str) -> bool:
    """Whether all threads of a process are in one of the kernel's states."""
    with suppress(*ENDED):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(*ENDED):
                if (thread / "stat").read_text().rpartition(") ")[2][0] not in states:
                    return False
    return True


def guarded(program: Sequence[str]) -> list[str]:
    """A command, with an absolute path first, that dies with this process."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *program]


@dataclass(frozen=True)
class Program:
    """How an app is started: the words behind its interpreter, and what it is given besides.

    `folder` is that of the app's module, where it is started by a module's name. `executable` is
    the path of a program that runs instead of the interpreter.
    """

    words: Sequence[str]
    folder: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    executable: str = ""

    @classmethod
    def of(
        cls,
        app: Path | str,
        environment: Environment,
        arguments: Sequence[str] = (),
        port: int | str = 0,
        start: str = "",
    ) -> "Program":
        """Of a script, or of `module:attribute`, as the environment's server starts it, or in
        another way that its adapter names, for which `port` may be the path of a Unix socket. The
        server of a module gets the arguments. Raises Failure where the adapter has no way of the
        name.

        A server that imports a script's app instead of running the script hands it no arguments:
        `--interval 0.1` becomes the variable APP_INTERVAL.
        """
        server = environment.server
        if start and start not in server.starts:
            raise Failure(f"{server.name} is never started by {start!r}: see its adapter")
        begin = server.starts[start].words if start else server.command
        if isinstance(app, Path) and server.runs_scripts and not start:
            return cls([str(app), "--port", str(port), *arguments])
        if isinstance(app, str):
            return cls(["-m", *begin(app, port), *arguments])
        names = (f"APP_{name.removeprefix('--').upper()}" for name in arguments[::2])
        given = dict(zip(names, arguments[1::2], strict=True))
        return cls(["-m", *begin(f"{app.stem}:app", port)], app.parent, given)

    def environ(self, environment: Environment) -> dict[str, str]:
        """The environment variables that the app gets."""
        given = of_app(environment) | dict(self.variables)
        if self.folder:
            paths = filter(None, (given.get("PYTHONPATH"), str(self.folder)))
            given["PYTHONPATH"] = os.pathsep.join(paths)
        return given


def command(program: Program, environment: Environment, under: Under = NOTHING) -> list[str]:
    """The command that starts an app."""
    executable = program.executable or str(environment.interpreter)
    return [*under.program, executable, *under.script, *program.words]


def start(
    program: Program,
    environment: Environment,
    cwd: Path,
    output: int,
    under: Under = NOTHING,
    stdin: int = subprocess.DEVNULL,
    printed: int | None = None,
) -> Supervised:
    """Start an app in a session of its own; it writes to the descriptor `output`, but for what it
    prints, where that goes to one of its own.
    """
    env = ({} if under.alone else program.environ(environment)) | dict(under.pinned)
    prints = output if printed is None else printed
    return Supervised(command(program, environment, under), env, cwd, stdin, prints, output)

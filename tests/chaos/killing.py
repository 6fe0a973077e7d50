"""Runs that are killed at a given moment, and what they left behind.

A run is known by its TMPDIR, which every process of it inherits, or is given a folder in, those of
the apps too. Whoever outlives its parent comes to this process, as it would to init, so that none
gets out of sight.
"""

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import psutil

from starlette_conformance.process.launch import guarded
from starlette_conformance.process.orphans import LISTENS, opened
from starlette_conformance.stacks.cache import VARIABLE
from starlette_conformance.stacks.project import ROOT

PR_SET_CHILD_SUBREAPER = 36
ENDS_SECONDS = 30.0
"""A run may take so long to end, once it was told to, or lost a worker."""
WHOLE_SECONDS = 240.0
"""A run that is left alone may take so long."""
GRACE = 2.0
"""Seconds until the last process of a run is gone, once the run has ended."""
TWICE = 0.2
"""Seconds from one Ctrl-C to the next."""

HEARS_ALL = (str(shutil.which("env")), "--default-signal")
"""Where the tests themselves run under nohup, what they start would ignore SIGHUP, too."""

Popen = subprocess.Popen[bytes]
Role = Callable[[psutil.Process], bool]
"""Whether a process is one that is to be killed."""


@dataclass(frozen=True)
class Place:
    """Where a run has its cache, its run files, its temporary folder, and its output."""

    folder: Path
    cache: Path

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace") if self.output.exists() else ""

    def leftovers(self) -> list[str]:
        """What is there that only a run under way may have."""
        cache = self.cache
        found = [*cache.glob("scratch/*"), *cache.glob("*/*.building"), *cache.glob("*/.*")]
        return [str(path) for path in (*self.temporary.iterdir(), *found)]


@dataclass(frozen=True)
class Killed:
    """What came of a run that was killed: `status` is None where it did not end by itself.

    `processes` are the command lines of those that were still there, `ports` how many of the
    sockets that listened still did. `at` is in seconds, and None where the run ended before.
    `missing` are exchanges that a witness saw, and no run file has.
    """

    at: float | None
    status: int | None
    said: str
    seconds: float
    processes: tuple[str, ...] = ()
    ports: int = 0
    leftovers: tuple[str, ...] = ()
    missing: int = 0


def become_init() -> None:
    """Whoever is orphaned below this process becomes its child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def started(command: Sequence[str], place: Place, variables: Mapping[str, str]) -> Popen:
    """A run in a process group of its own, as a terminal would start it.

    A command that begins with an option is one for Python.
    """
    program, *words = command if command[0][0] != "-" else (sys.executable, *command)
    for folder in (place.temporary, place.runs):
        folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    own = {VARIABLE: str(place.cache), "TMPDIR": str(place.temporary), "NO_COLOR": "1"}
    with place.output.open("wb") as output, _LOCK:
        process = subprocess.Popen(
            guarded([*HEARS_ALL, str(shutil.which(program)), *words]),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=kept | own | dict(variables),
        )
        _OWN.add(process.pid)
    return process


def kill(
    command: Sequence[str],
    place: Place,
    after: float,
    signals: Sequence[signal.Signals],
    role: Role | None = None,
    variables: Mapping[str, str] | None = None,
) -> Killed:
    """Start a run, and send it signals after so many seconds; SIGINT to its whole group.

    With a role, another process of the run gets them: any of those that have it.
    """
    began, at = time.monotonic(), None
    listening: set[str] = set()
    process = started(command, place, variables or {})
    try:
        _wait(process, after)
        while process.poll() is None:
            victim = process.pid if role is None else _any(place, role, seed=after)
            if victim:
                listening = _listening(members(place))
                at = time.monotonic() - began
                _send(victim, signals, group=role is None)
                break
            time.sleep(0.01)
        status = _wait(process, ENDS_SECONDS)
        seconds = time.monotonic() - began
        left = _left(place)
        ports = len(listening & _listening())
    finally:
        end(process, place)
    return Killed(at, status, place.said(), seconds, tuple(left), ports, tuple(place.leftovers()))


def whole(
    command: Sequence[str], place: Place, variables: Mapping[str, str] | None = None
) -> Killed:
    """What comes of a run that is left alone."""
    return kill(command, place, WHOLE_SECONDS, (), None, variables)


def end(process: Popen, place: Place) -> None:
    """Kill what is still there of a run."""
    for each in members(place):
        with suppress(psutil.Error):
            each.kill()
    process.kill()
    process.wait()
    with _LOCK:
        _OWN.discard(process.pid)


def members(place: Place) -> list[psutil.Process]:
    """The processes of a run that have not ended, and orphans that are of no run."""
    found = []
    with _LOCK:  # one that another thread is starting would look like an orphan
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                theirs = process.environ().get("TMPDIR")
                orphan = process.ppid() == os.getpid() and process.pid not in _OWN
                orphan = orphan and theirs == os.environ.get("TMPDIR")
                if orphan or (theirs and Path(theirs).is_relative_to(place.temporary)):
                    found.append(process)
    return found


_OWN: set[int] = set()
"""Processes that were started here, whose status is waited for elsewhere."""
_LOCK = Lock()


def _wait(process: Popen, seconds: float) -> int | None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode


def _any(place: Place, role: Role, seed: float) -> int | None:
    found = []
    for process in members(place):
        with suppress(psutil.Error):
            if role(process):
                found.append(process.pid)
    return random.Random(seed).choice(found) if found else None


def _send(pid: int, signals: Sequence[signal.Signals], group: bool) -> None:
    for number, each in enumerate(signals):
        if number:
            time.sleep(TWICE)
        with suppress(ProcessLookupError):
            (os.killpg if group and each == signal.SIGINT else os.kill)(pid, each)


def _left(place: Place) -> list[str]:
    """The command lines of those that are still there after a while; the dead are buried."""
    deadline = time.monotonic() + GRACE
    while True:
        _bury()
        found = members(place)
        if not found or time.monotonic() > deadline:
            return [_lines_printed(each) for each in found]
        time.sleep(0.02)


def _lines_printed(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return f"process {process.pid}, which has just ended"


def _bury() -> None:
    """Reap the orphans that have ended, as init does."""
    with _LOCK:
        for child in psutil.Process().children():
            with suppress(psutil.Error, ChildProcessError):
                if child.pid not in _OWN and child.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(child.pid, os.WNOHANG)


def _listening(processes: Sequence[psutil.Process] | None = None) -> set[str]:
    """The sockets that listen, by the links of /proc: of some processes, or of all."""
    with Path("/proc/net/tcp").open(encoding="ascii") as lines:
        every = {f"socket:[{f[9]}]" for f in map(str.split, lines) if f[3] == LISTENS}
    if processes is None:
        return every
    return every.intersection(link for each in processes for link in opened(each.pid))

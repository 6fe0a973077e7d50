"""How a process is started, so that it dies with the harness, with which variables; its clock."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # which starts processes itself
    from harness.environments import Environment

GUARD = Path(__file__).with_name("guard.py")
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
"""What an app on a provisioned stack sees of the environment variables; WEB_CONCURRENCY and its
like would change what is judged."""


@dataclass(frozen=True)
class Under:
    """What an app runs under: a program before its interpreter, and a script before its own.

    `pinned` are environment variables that it gets besides.
    """

    program: Sequence[str] = ()
    script: Sequence[str] = ()
    pinned: Mapping[str, str] = field(default_factory=dict)


NOTHING = Under()


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used so far; its clock's number is the kernel's formula."""
    return time.clock_gettime(~pid << 3 | 2)


def guarded(program: Sequence[str]) -> list[str]:
    """A command, with an absolute path first, that dies with this process."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *program]


def variables(environment: "Environment") -> dict[str, str]:
    """The environment variables that an app gets."""
    ahead = {"PYTHONPATH": str(environment.ahead)} if environment.ahead else {}
    if environment.passes_variables:
        return dict(os.environ) | ahead
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONHASHSEED": str(environment.hash_seed)} | ahead


def command(
    script: Path, environment: "Environment", arguments: Sequence[str], under: Under = NOTHING
) -> list[str]:
    """How an app is started."""
    run = [*under.program, str(environment.interpreter), *under.script, str(script)]
    return guarded([*run, *arguments])


def start(
    script: Path,
    environment: "Environment",
    cwd: Path,
    arguments: Sequence[str],
    output: int,
    under: Under = NOTHING,
) -> "subprocess.Popen[bytes]":
    """Start an app in a session of its own; it writes to the descriptor `output`."""
    return subprocess.Popen(
        command(script, environment, arguments, under),
        cwd=cwd,
        env=variables(environment) | dict(under.pinned),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )

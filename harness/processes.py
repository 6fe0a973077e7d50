"""How a process is started: so that it dies with the harness, and with which variables."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.environments import Environment

GUARD = Path(__file__).with_name("guard.py")
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")
"""What an app on a provisioned stack sees of the environment variables; WEB_CONCURRENCY and its
like would change what is judged."""


def guarded(program: Sequence[str]) -> list[str]:
    """A command, with an absolute path first, that dies with this process."""
    return [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), *program]


def variables(environment: Environment) -> dict[str, str]:
    """The environment variables that an app gets."""
    if environment.passes_variables:
        return dict(os.environ)
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONHASHSEED": str(environment.hash_seed)}


def command(script: Path, environment: Environment, arguments: Sequence[str]) -> list[str]:
    """How an app is started."""
    return guarded([str(environment.interpreter), str(script), *arguments])


def start(
    script: Path, environment: Environment, cwd: Path, arguments: Sequence[str], output: int
) -> "subprocess.Popen[bytes]":
    """Start an app in a session of its own; it writes to the descriptor `output`."""
    return subprocess.Popen(
        command(script, environment, arguments),
        cwd=cwd,
        env=variables(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )

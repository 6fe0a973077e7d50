"""uv, run with the variables that it needs and no more."""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from starlette_conformance.process.child_environment import of_uv
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import cache_folder
from starlette_conformance.stacks.interpreters import UV

UNSOLVED = "No solution found"
NOT_FETCHED = re.compile(
    r"(?i)failed to fetch|request failed|error sending request|dns error|network was disabled"
)
"""How uv says that an index did not respond, or that it may not ask it."""
REFUSING = "HTTP status"
"""In what it says of an index that did respond."""


def run_uv(
    arguments: Sequence[str], seconds: float, folder: Path | None = None, given: str = ""
) -> "subprocess.CompletedProcess[str]":
    """What came of it, in a folder, or away from any pyproject.toml, whose [tool.uv] would count.

    Raises subprocess.TimeoutExpired; then what it was building ends, too.
    """
    with subprocess.Popen(
        guarded([UV, *arguments]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env=of_uv(),
        cwd=folder or cache_folder(),
        start_new_session=True,
    ) as process:
        try:
            said, errors = process.communicate(given, timeout=seconds)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, said, errors)


BUILT = re.compile(r"Failed to (?:download and )?build `([^`\s]+)`")
BACKEND = "The build backend returned an error"
WHY = re.compile(r"(?m)\b(fatal error: .+|[\w.]*Error: .+|error: .+)$")
LONGEST = 200


def not_built(done: "subprocess.CompletedProcess[str]") -> str:
    """A sentence on a package that has to be built, and cannot be; empty where that is not it."""
    built = BUILT.search(done.stderr)
    if built is None or BACKEND not in done.stderr:
        return ""
    _, _, said = done.stderr.partition(BACKEND)
    why = WHY.search(said)
    if why is None:
        return ""
    what = why[1].strip()[:LONGEST]
    name = built[1].replace("@", "==", 1) if "==" not in built[1] else built[1]
    return f"{name} has no wheel for this Python and machine, and cannot be built: {what}"


def reason(done: "subprocess.CompletedProcess[str]") -> str:
    """What uv says of a failure, on one line and without its drawing."""
    return " ".join(done.stderr.replace("╰─▶", "").replace("×", "").split())


def why_not_installed(said: str) -> str:
    """Why packages are lacking, of what uv says: a network is doubted only where it is silent."""
    if NOT_FETCHED.search(said):
        doubt = "" if REFUSING in said else " (no network?)"
        return f"its packages cannot be fetched{doubt}: {said}"
    if UNSOLVED in said:
        return said
    if "Hash mismatch" in said:
        return f"a package is not the one that its hash names, so nothing was installed: {said}"
    return f"its packages cannot be installed: {said}"

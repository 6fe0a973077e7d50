"""What studies run, and how they end."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette_conformance.model.errors import Failure
from starlette_conformance.process.launch import guarded

COMMAND = (sys.executable, "-m", "starlette_conformance")
SECONDS = 300.0
"""How long a run of a tool may take."""


def finished(command: Sequence[str], folder: Path, seconds: float | None = None) -> tuple[int, str]:
    """The status and the output of a command that dies with this process. Raises Failure."""
    seconds = SECONDS if seconds is None else seconds
    with subprocess.Popen(
        guarded(command), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"not done within {seconds:g} s: {' '.join(command)}") from None
        finally:
            process.kill()
    return process.returncode, output


def read_diff(file: Path) -> dict[str, Any] | None:
    """What --json of a diff wrote; None where it came to none."""
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found if "schema" in found else None


@contextmanager
def busy() -> Iterator[None]:
    """A loop that takes all of one core."""
    loop = subprocess.Popen(guarded([sys.executable, "-c", "while True: pass"]))
    try:
        yield
    finally:
        loop.kill()
        loop.wait()


def ending(study: Callable[[], int]) -> int:
    """The exit code of a study, and a line on why it failed."""
    try:
        return study()
    except Failure as failure:
        print(failure.message, file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130

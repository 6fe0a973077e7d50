"""uv, run with the variables that it needs and no more."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.process.child_environment import of_uv
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.cache import cache_folder
from starlette_conformance.stacks.interpreters import UV


def run_uv(
    arguments: Sequence[str], seconds: float, folder: Path | None = None, given: str = ""
) -> "subprocess.CompletedProcess[str]":
    """What came of it, in a folder, or away from any pyproject.toml, whose [tool.uv] would count.

    Raises subprocess.TimeoutExpired.
    """
    return subprocess.run(
        guarded([UV, *arguments]),
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
        env=of_uv(),
        cwd=folder or cache_folder(),
    )


def reason(done: "subprocess.CompletedProcess[str]") -> str:
    """What uv says of a failure, on one line and without its drawing."""
    return " ".join(done.stderr.replace("╰─▶", "").replace("×", "").split())

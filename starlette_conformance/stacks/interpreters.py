"""The Pythons of this machine, as `uv python find` sees them. None is ever downloaded."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import uv

from starlette_conformance.model.errors import NotInstallable
from starlette_conformance.model.stack import Stack
from starlette_conformance.process.child_environment import base, of_interpreter, of_uv

OWN = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
"""The harness's own, outside of any virtual environment: what stacks get that name no Python."""

UV = uv.find_uv_bin()  # here, since it fails when threads call it at once

SECONDS = 30.0


@cache
def find(version: str | None) -> Path | None:
    """The interpreter of a version such as 3.9; None where this machine has none."""
    if version is None:
        return OWN
    options = ["--no-project", "--system", "--no-python-downloads"]
    command = [UV, "python", "find", *options, version]
    done = _run(command, of_uv() | _pyenv())
    if "(os error" in done.stderr:  # uv may not write its cache
        done = _run([*command, "--no-cache"], of_uv() | _pyenv())
    return Path(done.stdout.strip()) if done.returncode == 0 else None


@cache
def _pyenv() -> dict[str, str]:
    """Without this variable most of pyenv's shims on PATH only say that they exist."""
    if shutil.which("pyenv") is None:
        return {}
    return {
        "PYENV_VERSION": ":".join(
            _run(["pyenv", "versions", "--bare"], of_interpreter()).stdout.split()
        )
    }


@cache
def build(interpreter: Path) -> str:
    """What distinguishes an interpreter from another one of the same version."""
    if interpreter == OWN:
        return sys.version
    command = [str(interpreter), "-I", "-c", "import sys; print(sys.version)"]
    return _run(command, base()).stdout


@cache
def implementation(interpreter: Path) -> str:
    """Such as CPython."""
    if interpreter == OWN:
        return platform.python_implementation()
    script = "import platform; print(platform.python_implementation())"
    return _run([str(interpreter), "-I", "-c", script], base()).stdout.strip()


def _run(command: list[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Raises NotInstallable where it does not end, or does not run at all."""
    try:
        return subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
            env=variables,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstallable(f"a Python of this machine does not run: {error}") from None


def present(stacks: Mapping[str, Stack]) -> tuple[dict[str, Stack], list[str]]:
    """The stacks whose Python is on this machine, and a sentence on each Python that is not."""
    here = {name: stack for name, stack in stacks.items() if find(stack.python)}
    lacking = {stack.python for stack in stacks.values()} - {s.python for s in here.values()}
    return here, [f"Python {version}: not on this machine" for version in sorted(map(str, lacking))]

"""Environments: stacks resolved and installed by uv, one folder each in a cache.

The cache holds
    resolutions/<key>.txt   the pins that a stack resolved to, and their digest
    environments/<key>/     a virtual environment with just those pins, and its environment.json
"""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from starlette_conformance.model.decode import from_json
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import (
    ELSEWHERE,
    Failure,
    NotInstallable,
    UsageError,
    of_cache,
)
from starlette_conformance.model.stack import Stack, names
from starlette_conformance.output.atomic_write import write_whole
from starlette_conformance.output.printing import write_line
from starlette_conformance.process import child_environment
from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks import interpreters, uv_command
from starlette_conformance.stacks.cache import FORMAT, cache_folder, key_of, made_once

SECONDS = 600.0
"""How long a resolution or an installation may take."""

REFUSED = re.compile(r"\(os error (1|13|30)\)")
"""How uv says that it may not write: permission, read-only."""
FAILED = re.compile(r"\(os error (20|27|28|122)\)")
"""How it says that it cannot: no folder, too large, full, quota."""

INSPECT = """
import json, platform, sys
from importlib.metadata import distributions
print(json.dumps({
    "python": "%d.%d.%d" % sys.version_info[:3],
    "implementation": platform.python_implementation(),
    "packages": {d.metadata["Name"]: d.version for d in distributions()},
}))
"""


class _Inspected(msgspec.Struct):
    """What INSPECT prints. A package that is half installed may have no version."""

    python: str
    implementation: str
    packages: dict[str, str | None]


def provision(stack: Stack) -> Environment:
    """The environment of a stack, made if need be. Raises NotInstallable."""
    if (base := interpreters.find(stack.python)) is None:
        raise NotInstallable(f"stack {stack.name}: no Python {stack.python} on this machine")
    pins = _beside_locked(stack, base) if stack.locked else _resolve(stack, base)
    key = key_of(pins, base, interpreters.build(base), FORMAT)
    folder = made_once("environments", key, lambda aside: _build(stack, base, pins, aside))
    found = json.loads((folder / "environment.json").read_text("utf-8"))
    return Environment(
        stack.name,
        _interpreter(folder),
        found["python"],
        found["packages"],
        implementation=interpreters.implementation(base),
    )


def of_interpreter(path: str, framework: bool = True) -> Environment:
    """The environment that an existing interpreter has. Raises UsageError.

    `framework` says that it must have Starlette and its server.
    """
    if (found := shutil.which(path)) is None:
        raise UsageError(f"{path}: no such program, or not executable")
    environment = _inspect(Path(found).absolute(), path, passes_variables=True)
    needed = ("starlette", environment.server.name)
    missing = [name for name in needed if name not in environment.packages]
    if missing and framework:
        remedy = f"`uv pip install --python {path} {' '.join(missing)}` installs it"
        raise UsageError(f"{path}: {' and '.join(missing)} not installed there; {remedy}")
    return environment


def _inspect(interpreter: Path, name: str, passes_variables: bool) -> Environment:
    command = [str(interpreter), *([] if passes_variables else ["-I"]), "-c", INSPECT]
    variables = child_environment.of_interpreter() if passes_variables else child_environment.base()
    try:
        done = subprocess.run(
            guarded(command), capture_output=True, timeout=30, check=True, env=variables
        )
        return inspected(done.stdout, interpreter, name, passes_variables)
    except (OSError, subprocess.SubprocessError, UsageError) as error:
        stderr = getattr(error, "stderr", None) or b""
        said = (stderr.decode("utf-8", "replace") or str(error)).strip().splitlines()
        raise UsageError(f"{name} does not run as a Python: {(said or ['?'])[-1]}") from None


def inspected(
    printed: bytes, interpreter: Path, name: str, passes_variables: bool = False
) -> Environment:
    """The environment of which INSPECT printed this. Raises UsageError."""
    found = from_json(printed, _Inspected, "what it printed")
    packages = {str(canonicalize_name(k)): str(v) for k, v in found.packages.items() if k}
    return Environment(
        name,
        interpreter,
        found.python,
        packages,
        passes_variables,
        implementation=found.implementation,
    )


def _beside_locked(stack: Stack, base: Path) -> list[str]:
    """What a lock file pins, and what other requirements resolve to beside it."""
    assert stack.locked
    pins = stack.locked.requirements
    lines = indexes = [f"--extra-index-url {url}" for url in stack.locked.indexes]
    if more := [each for each in stack.requirements if each not in pins]:
        names_of_pins = names(pins)
        resolved = _compile(stack, base, [*indexes, *more, *pins])
        beside = [each for each in resolved if not names([each]) & names_of_pins]
        lines = [*indexes, *beside]
    return [*lines, *stack.locked.lines]


def _resolve(stack: Stack, base: Path) -> list[str]:
    """The pins of a stack, as `name==version` lines.

    With a date they never change, and the first reply is kept. Without one each run queries anew,
    and falls back on the last reply only where the index cannot be reached.
    """
    wanted = [*stack.requirements]
    key = key_of(stack.requirements, stack.exclude_newer, stack.needs, base, FORMAT)
    path = cache_folder() / "resolutions" / f"{key}.txt"
    kept = _kept(path)
    if stack.exclude_newer and kept:
        return kept
    try:
        pins = _compile(stack, base, wanted)
        for condition, extra in stack.needs:
            if _holds(condition, pins):
                pins = _compile(stack, base, wanted := [*wanted, *extra])
    except (Unreachable, Refused) as error:
        if not kept:
            raise
        write_line(f"stack {stack.name}: as resolved earlier, since {error}", stderr=True)
        return kept
    if pins == kept:
        return pins
    try:
        write_whole(path, "\n".join([*pins, key_of(pins)]))
    except OSError as error:
        raise of_cache(error, f"stack {stack.name}: {path} cannot be written") from None
    return pins


def _kept(path: Path) -> list[str] | None:
    """The pins of an earlier resolution; None where there is none, or not the whole of it."""
    try:
        *pins, digest = path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return None
    return pins if digest == key_of(pins) else None


class Refused(Failure):
    """uv may not write its cache, so nothing is known about the packages."""


class Unreachable(NotInstallable):
    """The package index did not respond, so nothing is known about the packages."""


def _compile(stack: Stack, base: Path, requirements: Sequence[str]) -> list[str]:
    options = ["--no-header", "--no-annotate", "--python", str(base)]
    options += ["--resolution", "highest", "--prerelease", "if-necessary-or-explicit"]
    if stack.exclude_newer:
        options += ["--exclude-newer", stack.exclude_newer]
    return _uv(stack, ["pip", "compile", *options, "-"], "\n".join(requirements)).splitlines()


def _holds(condition: str, pins: Sequence[str]) -> bool:
    requirement = Requirement(condition)
    versions = dict(pin.split("==") for pin in pins if "==" in pin)  # a local wheel has none
    version = versions.get(requirement.name)
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def _build(stack: Stack, base: Path, pins: Sequence[str], folder: Path) -> None:
    _uv(stack, ["venv", "--no-project", "--python", str(base), str(folder)])
    interpreter = _interpreter(folder)
    install = ["pip", "install", "--no-deps", "--python", str(interpreter), "-r", "-"]
    _uv(stack, install, "\n".join(pins))
    environment = _inspect(interpreter, stack.name, passes_variables=False)
    found = {"python": environment.python, "packages": environment.packages}
    (folder / "environment.json").write_text(json.dumps(found), "utf-8")


def _interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


def _uv(stack: Stack, arguments: Sequence[str], given: str = "") -> str:
    try:
        done = uv_command.run_uv([*arguments, "--quiet"], SECONDS, given=given)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"stack {stack.name}: uv did not finish within {SECONDS:g} s") from None
    if done.returncode == 0:
        return done.stdout
    said = uv_command.reason(done)
    if built := uv_command.not_built(done):
        raise NotInstallable(f"stack {stack.name}: {built}")
    if REFUSED.search(said):
        raise Refused(f"stack {stack.name}: uv cannot write: {said}; {ELSEWHERE}")
    if FAILED.search(said):
        raise Failure(f"stack {stack.name}: uv cannot write its environment: {said}")
    failure = Unreachable if uv_command.NOT_FETCHED.search(said) else NotInstallable
    raise failure(f"stack {stack.name}: {uv_command.why_not_installed(said)}")

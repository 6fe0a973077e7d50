"""What to do about what the log of an app says that does not start."""

import re
import subprocess
from collections.abc import Iterator, Sequence

from starlette_conformance.model.environment import Environment
from starlette_conformance.process import child_environment
from starlette_conformance.process.launch import guarded

NO_MODULE = re.compile(r"No module named '?([\w.]+)'?")
WANTED = re.compile(r"pip install ['\"]?([\w-]+)|['\"]?([\w-]+)['\"]? to be installed")
NOT_IMPORTED = "Could not import module"
"""What uvicorn says of the app's module."""
IN_USE = re.compile(r"(?i)address already in use")
INSTALL = (
    "install the package that has it by --with, or where OLD and NEW are installed; its name "
    "may be another than the module's; a module of yours is found by --cwd"
)
SECONDS = 10.0


def hints(lines: Sequence[str], environment: Environment) -> list[str]:
    """A sentence on each thing that can be done."""
    return list(dict.fromkeys(_hints("\n".join(lines), environment)))


def _hints(text: str, environment: Environment) -> Iterator[str]:
    if match := NO_MODULE.search(text):
        yield _about_module(match[1], environment)
    elif match := WANTED.search(text):
        yield _about_package(match[1] or match[2], environment)
    if NOT_IMPORTED in text:
        yield "--cwd says where it lies"
    if IN_USE.search(text):
        yield (
            "the app runs on both stacks at once, so it can have no port of its own that is the "
            "same"
        )


def _about_module(module: str, environment: Environment) -> str:
    top = module.partition(".")[0]
    if top != module and _has_module(top, environment):
        return f"{top} is installed there, and this version of it has no {module}"
    return INSTALL


def _about_package(name: str, environment: Environment) -> str:
    if environment.has(name):
        return (
            f"{name} {environment.version(name)} is installed there, and was not found all the same"
        )
    return INSTALL


def _has_module(name: str, environment: Environment) -> bool:
    """Whether an import of it would find something, away from the app's own folder."""
    script = "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))"
    command = [str(environment.interpreter), "-I", "-c", script, name]
    try:
        done = subprocess.run(
            guarded(command),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=child_environment.base(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0

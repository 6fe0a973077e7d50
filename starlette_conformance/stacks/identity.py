"""What tells one provisioned stack from another: all by which an app on it may behave otherwise."""

import mimetypes
import os
import platform
import sys
from pathlib import Path

from starlette_conformance.model.environment import Environment
from starlette_conformance.process.child_environment import of_app
from starlette_conformance.stacks.cache import FORMAT, cache_folder, key_of

ELSEWHERE = {"PATH", "TMPDIR"}
"""Variables that say where things lie which no app of ours looks for."""


def identity(environment: Environment) -> str | None:
    """Another one where the packages are other ones, byte by byte, or the Python, or what an app
    sees of the machine. None of an interpreter that somebody else may change: a virtual environment
    of the user, or a copy that is changed.

    The folder of the environment is named after the exact versions, or the wheel that a checkout
    was built to, and the build of Python; each package has the digests of its files in RECORD.
    """
    folder = environment.interpreter.parent.parent
    is_ours = folder.parent == cache_folder() / "environments"
    if not is_ours or environment.passes_variables or environment.ahead or environment.lacking:
        return None
    records = sorted(folder.glob("lib/python*/site-packages/*.dist-info/RECORD"))
    packages = [(path.parent.name, path.read_bytes()) for path in records]
    return key_of(FORMAT, folder.name, environment.python, packages, _machine(environment))


def _machine(environment: Environment) -> object:
    """What an app sees beside its packages: the kernel, its user, its variables, and the files by
    which Python guesses media types. How many cores there are alters no byte.
    """
    kernel = platform.uname()
    variables = {k: v for k, v in of_app(environment).items() if k not in ELSEWHERE}
    types = [path.read_bytes() for path in map(Path, mimetypes.knownfiles) if path.is_file()]
    return (
        (kernel.system, kernel.release, kernel.machine),
        os.geteuid(),
        sorted(variables.items()),
        types,
        sys.version,
    )

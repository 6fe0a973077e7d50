"""`starlette-conformance COMMAND`. What needs a newer Python, or packages that are not installed,
is imported late, so that whoever lacks them gets a sentence.
"""

import sys
from typing import Optional

PACKAGE = "starlette_conformance"
USAGE = 2


def main(arguments: Optional[list] = None) -> int:  # type: ignore[type-arg]  # noqa: UP045
    """Run a command; its exit code. Any Python 3 can read this function."""
    if sys.version_info < (3, 11):  # noqa: UP036
        return _lacks("Python 3.11 or newer, and this is {}.{}".format(*sys.version_info))
    if not sys.platform.startswith("linux"):
        return _lacks(f"Linux, and this is {sys.platform}: use WSL on Windows, or a container")
    try:
        from starlette_conformance.cli.main import run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or PACKAGE).partition(".")[0] == PACKAGE:
            raise
        return _lacks(f"the package {error.name}, which {sys.executable} does not have")
    return run(arguments)


def _lacks(what: str) -> int:
    how = "README.md shows how to install it, or to run it by tox"
    print(f"error: starlette-conformance needs {what}; {how}", file=sys.stderr)
    return USAGE


if __name__ == "__main__":
    sys.exit(main())

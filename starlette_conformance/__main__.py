"""`starlette-conformance COMMAND`. What needs a newer Python, or packages that are not installed,
is imported late, so that whoever lacks them gets a sentence.
"""

import os
import signal
import sys
from typing import Optional

PACKAGE = "starlette_conformance"
USAGE = 2


def main(arguments: Optional[list] = None) -> int:  # type: ignore[type-arg]  # noqa: UP045
    """Run a command; its exit code. Any Python 3 can read this function."""
    if arguments is None:
        _end_without_traceback()
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


def _end_without_traceback() -> None:
    """By Ctrl-C and its like, as long as what a command needs is imported, or after it ended."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _end)


def _end(number: int, _: object) -> None:
    os.write(2, b"interrupted\n")
    os._exit(128 + number)


def _lacks(what: str) -> int:
    how = "README.md shows how to install it, or to run it by tox"
    print(f"error: starlette-conformance needs {what}; {how}", file=sys.stderr)
    return USAGE


if __name__ == "__main__":
    sys.exit(main())

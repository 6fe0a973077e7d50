"""`starlette-conformance VERB`. What needs a newer Python, or packages that are not installed, is
imported late, so that whoever lacks them is told so.
"""

import sys
from typing import Optional

PACKAGE = "starlette_conformance"
USAGE = 2


def main(arguments: Optional[list] = None) -> int:  # type: ignore[type-arg]  # noqa: UP045
    """Run a verb; its exit code. Any Python 3 can read this function."""
    if sys.version_info < (3, 11):  # noqa: UP036
        return _lacks("Python 3.11 or newer, and this is {}.{}".format(*sys.version_info))
    try:
        from starlette_conformance.cli.main import run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or PACKAGE).partition(".")[0] == PACKAGE:
            raise
        return _lacks(f"the package {error.name}, which {sys.executable} has not")
    return run(arguments)


def _lacks(what: str) -> int:
    told = "README.md says how it is installed, or run by tox"
    print(f"error: starlette-conformance needs {what}: {told}", file=sys.stderr)
    return USAGE


if __name__ == "__main__":
    sys.exit(main())

"""The old name of this project's package. Nothing installs this file: it is for a clone's users."""

import sys

if __name__ == "__main__":
    command = " ".join(["starlette-conformance", *sys.argv[1:]])
    print(f"error: `python -m harness` is now `starlette-conformance`: {command}", file=sys.stderr)
    sys.exit(2)

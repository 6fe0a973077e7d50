"""Which changes of the ledger does `explain` show by a live example, and which not?

    python -m studies.examples [NAME...]

explains each change, or those named: a line each with the seconds, and the stacks that show it, or
why there is none. Exit codes: 0 each has one, or the ledger says why no request shows it, 1 some
have none.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO

from starlette_conformance.diff.change_details import explain
from starlette_conformance.stacks.project import ledger

BEGINS = ("seen on ", "no request alone shows it", "no example: ")


def shown_by(name: str) -> str:
    """The line of an explanation that says which stacks show it, or that none does."""
    with redirect_stdout(StringIO()) as output:
        explain(name)
    lines = output.getvalue().splitlines()
    return next((line for line in lines if line.startswith(BEGINS)), "no example")


def lacking(names: Sequence[str]) -> Iterator[str]:
    """Those that nothing shows, though a request or a scenario could."""
    known = ledger()
    excused = {change for changes in known.unseen.values() for change in changes}
    for name in names:
        began = time.monotonic()
        line = shown_by(name)
        print(f"{time.monotonic() - began:5.1f} s  {name}: {line}", flush=True)
        if not line.startswith(BEGINS[0]) and known.changes[name] not in excused:
            yield name


def main(arguments: Sequence[str] | None = None) -> int:
    names = list(sys.argv[1:] if arguments is None else arguments) or list(ledger().changes)
    without = list(lacking(names))
    print(f"{len(names) - len(without)} of {len(names)} have an example, or a reason for none")
    return int(bool(without))


if __name__ == "__main__":
    sys.exit(main())

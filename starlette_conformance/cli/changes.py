"""`changes`."""

from dataclasses import asdict
from pathlib import Path

from starlette_conformance.cli.options import command, listed_json


@command()
@listed_json
def changes(json: Path | None) -> int:
    """`starlette-conformance explain NAME` shows one of them in full."""
    from starlette_conformance.output.printing import write_line
    from starlette_conformance.output.result import Result
    from starlette_conformance.runs.rerun_commands import of_verb
    from starlette_conformance.stacks.project import ledger

    known = ledger().changes
    if json:
        rows = [{"name": name} | asdict(change) for name, change in known.items()]
        Result(0, f"{len(rows)} changes", of_verb("changes")).write(json, changes=rows)
        return 0
    for name, change in known.items():
        write_line("\n".join(change.lines(name)))
    write_line(f"{len(known)} changes; `explain NAME` shows an exchange", stderr=True)
    return 0

"""The command `clients`."""

from collections.abc import Sequence
from pathlib import Path

from starlette_conformance.clients.manifest import Client, read
from starlette_conformance.clients.matrix import Cases, Row, gone, judge
from starlette_conformance.clients.reconnection import ORIGINS, SCRIPTS
from starlette_conformance.clients.recorded import Recorded, every_stack, record
from starlette_conformance.clients.reference import REFERENCE, TO_CUT
from starlette_conformance.clients.results import as_data
from starlette_conformance.clients.table import details, tables
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import Unwritten, as_json, check, write
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.progress import progress
from starlette_conformance.output.verbosity import verbose


def run(wanted: Sequence[str], without_app: bool, fresh: bool, json: Path | None) -> int:
    """The exit code: 0 where every difference is known. Raises UsageError."""
    check([json])
    clients, known = read()
    chosen = choose(clients, wanted)
    output = console()
    recorded = Recorded() if without_app else _recorded()
    with progress("clients", console(stderr=True), transient=True) as bar:
        task = bar.add_task("clients", total=len(chosen))
        cases = Cases([*REFERENCE, *recorded.streams], TO_CUT, [*SCRIPTS, *ORIGINS])
        rows = judge(chosen, cases, known, lambda: bar.advance(task), fresh)
    unwritten = Unwritten()
    if json:
        text = as_json(as_data(rows, recorded))
        with unwritten.attempt():
            write(json, text)
    for table in tables(rows):
        output.print(table)
    for stream, releases in recorded.releases.items():
        if len(releases) > 1:
            write_line(
                f"{stream}: the same bytes from {len(releases)} releases up to {releases[-1]}"
            )
    for line in recorded.lacking:
        write_line(f"not recorded: {line}")
    code = conclude(rows, gone(rows))
    unwritten.report()
    return code


def _recorded() -> Recorded:
    with progress("releases", console(stderr=True), transient=True) as bar:
        task = bar.add_task("releases", total=len(every_stack()))
        return record(lambda: bar.advance(task))


def choose(clients: Sequence[Client], wanted: Sequence[str]) -> list[Client]:
    """Those of a name, or of a name and version (`httpx-sse==0.4.1`). Raises UsageError."""
    names = {
        name for client in clients for name in (client.name, f"{client.name}=={client.version}")
    }
    for name in wanted:
        if name not in names:
            known = ", ".join(dict.fromkeys(client.name for client in clients))
            raise UsageError(f"{name!r} is no client of clients/manifest.toml, which has {known}")
    return [
        client
        for client in clients
        if not wanted or {client.name, f"{client.name}=={client.version}"} & set(wanted)
    ]


def conclude(rows: Sequence[Row], no_longer: Sequence[str]) -> int:
    """Print what is new, and the verdict last; the exit code."""
    for line in details(rows, known_too=verbose()):
        write_line(line)
    for line in no_longer:
        write_line(f"no longer so: {line}")
    for row in rows:
        if row.not_judged:
            write_line(f"not judged: {row.client}: {row.not_judged}")
    outcomes = [each for row in rows for each in row.outcomes]
    if not outcomes:
        raise CannotTell("no client could be judged")
    if kept := sum(row.kept for row in rows):
        write_line(
            f"{kept} of {len(outcomes)} were not sent anew: what the same client was given of the "
            "same bytes is kept (--fresh sends all)"
        )
    new = sum(each.is_new for each in outcomes)
    known = sum(bool(each.what) for each in outcomes) - new
    judged = sum(bool(row.outcomes) for row in rows)
    write_line(
        f"{judged} of {len(rows)} clients judged on {len(outcomes)} streams: "
        f"{known} known differences from the HTML standard, {new} new, {len(no_longer)} gone"
    )
    if new or no_longer:
        return 1
    return 0 if judged == len(rows) else 3

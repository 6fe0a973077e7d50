"""The command `clients`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from starlette_conformance.clients.manifest import Client, read
from starlette_conformance.clients.matrix import Cases, Row, gone, judge
from starlette_conformance.clients.page import page
from starlette_conformance.clients.reconnection import ORIGINS, SCRIPTS
from starlette_conformance.clients.recorded import Recorded, every_stack, record
from starlette_conformance.clients.reference import REFERENCE, TO_CUT
from starlette_conformance.clients.results import as_data
from starlette_conformance.clients.table import details, tables
from starlette_conformance.clients.verdict import brief, verdict
from starlette_conformance.model.errors import CannotTell, UsageError
from starlette_conformance.output.console import console
from starlette_conformance.output.output_files import as_json, check
from starlette_conformance.output.printing import write_line
from starlette_conformance.output.progress import progress
from starlette_conformance.output.verbosity import verbose
from starlette_conformance.runs.rerun_commands import of_verb, option_words
from starlette_conformance.stacks import pages


@dataclass(frozen=True)
class Options:
    """Which clients, on what, and what is written."""

    clients: Sequence[str]
    without_app: bool
    fresh: bool
    files: Mapping[str, Path]


def run(options: Options) -> int:
    """The exit code: 0 where every difference is known. Raises UsageError, CannotTell."""
    check(options.files.values())
    clients, known = read()
    chosen = choose(clients, options.clients)
    errors = console(stderr=True)
    output = console()
    recorded = Recorded() if options.without_app else _recorded()
    with progress("clients", errors, transient=True) as bar:
        task = bar.add_task("clients", total=len(chosen))
        cases = Cases([*REFERENCE, *recorded.streams], TO_CUT, [*SCRIPTS, *ORIGINS])
        rows = judge(chosen, cases, known, lambda: bar.advance(task), options.fresh)
    no_longer = gone(rows)
    command = _again(options)

    def text(name: str) -> str:
        if name == "html":
            return page(rows, no_longer, recorded, command)
        return as_json(as_data(rows, recorded, command))

    def print_brief(named: Sequence[str]) -> None:
        for shown in brief(rows, no_longer, named, output.width):
            output.print(shown, soft_wrap=True)

    whole = partial(print_whole, rows, no_longer, recorded, output)
    pages.conclude(options.files, text, command, output, whole, print_brief)
    if not any(row.outcomes for row in rows):
        raise CannotTell("no client could be judged", concluded=True)
    return verdict(rows, no_longer)[1]


def _again(options: Options) -> str:
    """The command that makes the same matrix."""
    values = {"--client": options.clients, "--without-app": options.without_app}
    return of_verb("clients", *option_words(values))


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


def print_whole(
    rows: Sequence[Row], no_longer: Sequence[str], recorded: Recorded, output: Console
) -> None:
    """The matrix, what is new, and the verdict last."""
    for table in tables(rows):
        output.print(table)
    for stream, releases in recorded.releases.items():
        if len(releases) > 1:
            write_line(
                f"{stream}: the same bytes from {len(releases)} releases up to {releases[-1]}"
            )
    for line in recorded.lacking:
        write_line(f"not recorded: {line}")
    for line in details(rows, known_too=verbose()):
        write_line(line)
    for line in no_longer:
        write_line(f"no longer so: {line}")
    for row in rows:
        if row.not_judged:
            write_line(f"not judged: {row.client}: {row.not_judged}")
    if kept := sum(row.kept for row in rows):
        write_line(
            f"{kept} of {sum(len(row.outcomes) for row in rows)} were not sent anew: what the same "
            "client was given of the same bytes is kept (--fresh sends all)"
        )
    write_line(verdict(rows, no_longer)[0])

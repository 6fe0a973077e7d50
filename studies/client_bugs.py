"""The bugs of clients that clients/manifest.toml cites a thread for: in which versions each shows.

    python -m studies.client_bugs

prints a Markdown table, of what `starlette-conformance clients` finds: the streams on which a
version loses or changes events, and the first later version that is given the right ones. Without
one, the bug is in the newest version of the manifest as well.
"""

from collections.abc import Iterator, Sequence

from starlette_conformance.clients.compare import Outcome
from starlette_conformance.clients.manifest import Difference, read
from starlette_conformance.clients.matrix import Cases, Row, judge
from starlette_conformance.clients.recorded import record
from starlette_conformance.clients.reference import REFERENCE, TO_CUT
from starlette_conformance.output.listed import listed
from starlette_conformance.output.printing import write_line

SHOWN = 4
"""Streams that a row names."""


def table(rows: Sequence[Row], known: Sequence[Difference]) -> Iterator[str]:
    """A row for each bug of a client, those that were mended first."""
    yield "| bug | client | has it | mended in | streams |"
    yield "| --- | --- | --- | --- | --- |"
    bugs = dict.fromkeys((each.client, each.link) for each in known if each.link)
    lines = [_line(client, link, rows) for client, link in bugs]
    yield from sorted(filter(None, lines), key=lambda line: "| no version |" in line)


def _line(client: str, link: str, rows: Sequence[Row]) -> str:
    """The row of a bug; empty where it does not show."""
    of_client = [row for row in rows if row.client.name == client]
    showing = {row.client.version: _shown(row, link) for row in of_client}
    has = [version for version, outcomes in showing.items() if outcomes]
    if not has:
        return ""
    later = list(showing)[list(showing).index(has[-1]) + 1 :]
    streams = list(dict.fromkeys(each.stream for version in has for each in showing[version]))
    named = listed(streams, SHOWN)
    mended = later[0] if later else "no version"
    owner, repository, _, number = link.split("/")[3:7]
    bug = f"[{owner}/{repository}#{number}]({link})"
    return f"| {bug} | {client} | {', '.join(has)} | {mended} | {named} |"


def _shown(row: Row, link: str) -> list[Outcome]:
    return [each for each in row.outcomes if each.what and each.known and each.known.link == link]


def main() -> None:
    clients, known = read()
    named = {each.client for each in known if each.link}
    some = [client for client in clients if client.name in named]
    rows = judge(some, Cases([*REFERENCE, *record().streams], TO_CUT), known)
    for row in rows:
        if row.not_judged:
            write_line(f"not judged: {row.client}: {row.not_judged}", stderr=True)
    for line in table(rows, known):
        write_line(line)


if __name__ == "__main__":
    main()

"""Which clients notice a fault of the stream, where it is known since it was planted.

    python -m studies.planted_streams [--json FILE]

plants each fault in a copy of the newest sse-starlette, records what the app `sse` sends there, and
gives it to the newest version of each client of `clients/manifest.toml`. A client notices a fault
if it is given other events than from the package as it is.
"""

import argparse
import json
import textwrap
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from starlette_conformance.clients.compare import received
from starlette_conformance.clients.kept import Kept
from starlette_conformance.clients.kept import read as read_kept
from starlette_conformance.clients.manifest import Client, read
from starlette_conformance.clients.recorded import AXIS, marked, release_stacks, sent_by
from starlette_conformance.clients.run_client import AT_ONCE
from starlette_conformance.clients.streams import Replayed, Stream
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import CannotTell, NotInstallable
from starlette_conformance.output.printing import write_line
from starlette_conformance.stacks.patched_copies import Defect, plant
from starlette_conformance.stacks.project import catalogue
from starlette_conformance.stacks.provision import provision
from starlette_conformance.stacks.tempdirs import scratch

ENCODE = "        buffer = io.StringIO()\n"
FINISH = "        buffer.write(self._sep)\n        return buffer"
FAULTS = (
    Defect(
        *("LF for CRLF", "sse", "sse_starlette/sse.py"),
        *('DEFAULT_SEPARATOR = "\\r\\n"', 'DEFAULT_SEPARATOR = "\\n"'),
    ),
    Defect(
        *("CR for CRLF", "sse", "sse_starlette/sse.py"),
        *('DEFAULT_SEPARATOR = "\\r\\n"', 'DEFAULT_SEPARATOR = "\\r"'),
    ),
    Defect(
        *("a ping is an event without data", "sse", "sse_starlette/sse.py"),
        *('comment=f"ping - {datetime.now(timezone.utc)}"', 'event="ping"'),
    ),
    Defect(
        *("a ping is an event with data", "sse", "sse_starlette/sse.py"),
        *('comment=f"ping - {datetime.now(timezone.utc)}"', 'event="ping", data="now"'),
    ),
    Defect(
        *("no blank line behind an event", "sse", "sse_starlette/event.py"),
        *(FINISH, "        return buffer"),
    ),
    Defect(
        *("BOM before each event", "sse", "sse_starlette/event.py"),
        *(ENCODE, f'{ENCODE}        buffer.write("\\ufeff")\n'),
    ),
    Defect(
        *("retry is a float", "sse", "sse_starlette/event.py"),
        *(ENCODE, f'{ENCODE}        buffer.write(f"retry: 1500.5{{self._sep}}")\n'),
    ),
)
AS_IT_IS = "as it is"


def recorded(environment: Environment, folder: Path) -> list[Stream]:
    """The stream of the package as it is, and with each fault."""

    def one(fault: Defect | None) -> Stream:
        planted = environment
        if fault:
            python = plant(environment.interpreter, folder / fault.name.replace(" ", "-"), fault)
            planted = replace(environment, interpreter=python)
        name = fault.name if fault else AS_IT_IS
        return Stream(name, "plants", marked(sent_by(planted)), by_event=True)

    with ThreadPoolExecutor(len(FAULTS) + 1) as pool:
        return list(pool.map(one, (None, *FAULTS)))


def noticed(client: Client, streams: Sequence[Stream]) -> list[str] | None:
    """The faults that a client notices; None where it could not be run."""
    try:
        kept = Kept(client)
        sent = [(Replayed.of(each, client.table.around),) for each in streams]
        given = read_kept(client, sent, None, kept)
        kept.save()
    except (NotInstallable, CannotTell) as error:
        write_line(f"not judged: {error}", stderr=True)
        return None
    usual = received(client.table, given[0])
    return [
        stream.name
        for stream, those in zip(streams[1:], given[1:], strict=True)
        if received(client.table, those) != usual
    ]


def newest(clients: Sequence[Client]) -> list[Client]:
    return list({client.name: client for client in clients}.values())


def table(found: Mapping[str, list[str]]) -> str:
    """A paragraph for each fault: how many notice it, and who."""
    lines = []
    for fault in FAULTS:
        those = [client for client, faults in found.items() if fault.name in faults]
        text = f"{fault.name}: {len(those)} of {len(found)}: {', '.join(those) or 'nobody'}"
        lines.append(textwrap.fill(text, 79, subsequent_indent="    ", break_on_hyphens=False))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="what each client notices")
    options = parser.parse_args()
    clients = newest(read()[0])
    with scratch() as folder:
        release = release_stacks()[-1]
        streams = recorded(provision(catalogue().stacks[release]), folder)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = list(pool.map(lambda client: noticed(client, streams), clients))
    found = {
        str(client): those
        for client, those in zip(clients, faults, strict=True)
        if those is not None
    }
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), "utf-8")
    write_line(f"planted in {AXIS} {release.removeprefix(f'{AXIS}-')}; who notices:")
    write_line(table(found))


if __name__ == "__main__":
    main()

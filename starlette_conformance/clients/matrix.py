"""Every client on every stream: what differs from the standard, and whether that is known."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from starlette_conformance.clients.compare import Outcome, difference
from starlette_conformance.clients.manifest import Client, Difference
from starlette_conformance.clients.run_client import run_client
from starlette_conformance.clients.streams import Replayed, Stream
from starlette_conformance.model.errors import CannotTell, NotInstallable

AT_ONCE = 2
"""Clients at a time: each is a process, and reads several streams at once."""


@dataclass
class Row:
    """A client, with its outcomes, or the reason why it was not judged."""

    client: Client
    outcomes: list[Outcome] = field(default_factory=list)
    not_judged: str = ""


def judge(
    clients: Sequence[Client],
    streams: Sequence[Stream],
    known: Iterable[Difference],
    done: Callable[[], None] = lambda: None,
) -> list[Row]:
    """A row for each client, in their order."""
    differences = tuple(known)

    def one(client: Client) -> Row:
        try:
            return Row(client, _outcomes(client, streams, differences))
        except (NotInstallable, CannotTell) as error:
            return Row(client, not_judged=str(error))
        finally:
            done()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, clients))


def _outcomes(
    client: Client, streams: Sequence[Stream], known: Sequence[Difference]
) -> list[Outcome]:
    suited = [each for each in streams if each.is_json or not client.table.reads_json]
    replayed = [Replayed.of(each, client.table.around) for each in suited]
    found = []
    for stream, sent, given in zip(suited, replayed, run_client(client, replayed), strict=True):
        what = difference(client.table, sent, given)
        of_it = [each for each in known if each.covers(client, stream.name)]
        found.append(
            Outcome(client, stream.name, stream.behaviour, what, of_it[0] if of_it else None)
        )
    return found


def gone(rows: Sequence[Row]) -> list[str]:
    """Known differences that a client does not show any more."""
    return [
        f"{outcome.client} {outcome.stream}: {outcome.known.what}"
        for row in rows
        for outcome in row.outcomes
        if outcome.known and not outcome.what
    ]

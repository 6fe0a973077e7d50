"""Every client on every stream: what differs from the standard, and whether that is known."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from starlette_conformance.clients.compare import Outcome, changed_by_cuts, difference
from starlette_conformance.clients.manifest import Client, Difference
from starlette_conformance.clients.run_client import run_client
from starlette_conformance.clients.streams import Replayed, Stream, cuts
from starlette_conformance.model.errors import CannotTell, NotInstallable

CUT = "cut"
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
    to_cut: Sequence[Stream],
    known: Sequence[Difference],
    done: Callable[[], None] = lambda: None,
) -> list[Row]:
    """A row for each client, in their order. Streams `to_cut` are cut at every byte."""

    def one(client: Client) -> Row:
        try:
            whats = _differences(client, streams, to_cut)
        except (NotInstallable, CannotTell) as error:
            return Row(client, not_judged=str(error))
        finally:
            done()
        return Row(client, [_outcome(client, *each, known) for each in whats])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, clients))


def _differences(
    client: Client, streams: Sequence[Stream], to_cut: Sequence[Stream]
) -> list[tuple[Stream, str]]:
    """Each stream, and how the client differs on it. All are sent to one process of the client."""
    table = client.table
    suited = [each for each in streams if each.is_json or not table.reads_json]
    replayed = [Replayed.of(each, table.around) for each in suited]
    lines = to_cut if table.around == ("", "") else to_cut[:1]  # a message is long: once is enough
    families = [_cut(Replayed.of(each, table.around)) for each in lines]
    given = iter(run_client(client, [*replayed, *chain(*families)]))
    found = [
        (stream, difference(table, sent, next(given)))
        for stream, sent in zip(suited, replayed, strict=True)
    ]
    for stream, family in zip(lines, families, strict=True):
        whole, *parts = islice(given, len(family))
        found.append((stream, changed_by_cuts(table, whole, parts)))
    return found


def _cut(stream: Replayed) -> list[Replayed]:
    """The stream as it is, and with each of its cuts."""
    return [stream, *(replace(stream, segments=places) for places in cuts(stream.body))]


def _outcome(client: Client, stream: Stream, what: str, known: Sequence[Difference]) -> Outcome:
    reason = next((each for each in known if each.covers(client, stream.name)), None)
    return Outcome(client, stream.name, stream.behaviour, what, reason)


def gone(rows: Sequence[Row]) -> list[str]:
    """Known differences that a client does not show any more.

    Cuts are left out: on busy cores a client reads two segments at once, and shows nothing.
    """
    return [
        f"{outcome.client} {outcome.stream}: {outcome.known.what}"
        for row in rows
        for outcome in row.outcomes
        if outcome.known and not outcome.what and outcome.behaviour != CUT
    ]

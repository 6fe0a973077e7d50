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
            outcomes = _outcomes(client, streams, to_cut, known)
            unexpected = {each.stream for each in outcomes if each.is_new or each.is_gone}
            if unexpected:
                some = [each for each in streams if each.name in unexpected]
                some_to_cut = [each for each in to_cut if each.name in unexpected]
                again = _outcomes(client, some, some_to_cut, known)
                outcomes = _confirmed(outcomes, again)
            return Row(client, outcomes)
        except (NotInstallable, CannotTell) as error:
            return Row(client, not_judged=str(error))
        finally:
            done()

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


def _outcomes(
    client: Client,
    streams: Sequence[Stream],
    to_cut: Sequence[Stream],
    known: Sequence[Difference],
) -> list[Outcome]:
    return [
        Outcome(client, stream.name, stream.behaviour, what, _reason(client, stream, known))
        for stream, what in _differences(client, streams, to_cut)
    ]


def _reason(client: Client, stream: Stream, known: Sequence[Difference]) -> Difference | None:
    return next((each for each in known if each.covers(client, stream.name)), None)


def _confirmed(first: Sequence[Outcome], again: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, those of the second time where it was as expected: a busy machine is no bug."""
    as_expected = {each.stream: each for each in again if not (each.is_new or each.is_gone)}
    return [as_expected.get(each.stream, each) for each in first]


def gone(rows: Sequence[Row]) -> list[str]:
    """Known differences that a client does not show any more."""
    return [
        f"{outcome.client} {outcome.stream}: {outcome.known.what}"
        for row in rows
        for outcome in row.outcomes
        if outcome.known and outcome.is_gone
    ]

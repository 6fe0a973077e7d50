"""Every client on every stream: what differs from the standard, and whether that is known."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from starlette_conformance.clients.compare import (
    CUT,
    Outcome,
    changed_by_cuts,
    difference,
    difference_of_script,
)
from starlette_conformance.clients.kept import Kept, read
from starlette_conformance.clients.manifest import Client, Difference
from starlette_conformance.clients.reconnection import CORS, SECONDS, Script
from starlette_conformance.clients.run_client import AT_ONCE, Following, Given
from starlette_conformance.clients.streams import Replayed, Stream, cuts
from starlette_conformance.model.errors import CannotTell, NotInstallable


@dataclass
class Row:
    """A client, with its outcomes, or the reason why it was not judged. `kept` counts the outcomes
    of which nothing was sent anew.
    """

    client: Client
    outcomes: list[Outcome] = field(default_factory=list)
    not_judged: str = ""
    kept: int = 0


@dataclass(frozen=True)
class Case:
    """What is sent to a client under one name, and what to say of what came of it."""

    name: str
    behaviour: str
    scripts: Sequence[tuple[Replayed, ...]]
    what: Callable[[Sequence[Given]], str]
    following: Following | None = None


@dataclass(frozen=True)
class Cases:
    """What clients are sent; streams `to_cut` are cut at every byte. Only those are followed whose
    entries in the manifest say so.
    """

    streams: Sequence[Stream] = ()
    to_cut: Sequence[Stream] = ()
    scripts: Sequence[Script] = ()

    def suited(self, client: Client) -> Iterator[Case]:
        table = client.table
        for stream in self.streams:
            if stream.is_json or not table.reads_json:
                sent = Replayed.of(stream, table.around)
                what = partial(_difference, client, sent)
                yield Case(stream.name, stream.behaviour, [(sent,)], what)
        plain = table.around == ("", "")
        for stream in self.to_cut if plain else self.to_cut[:1]:  # a message is long
            sent = Replayed.of(stream, table.around)
            parts = (replace(sent, segments=places) for places in cuts(sent.body))
            family = [(each,) for each in (sent, *parts)]
            yield Case(stream.name, stream.behaviour, family, partial(_changed, client))
        for script in self.scripts:
            if script.behaviour in table.follows:
                what = partial(_difference_of_script, client, script)
                following = Following(SECONDS, script.with_credentials, script.behaviour == CORS)
                responses = [script.responses]
                yield Case(script.name, script.behaviour, responses, what, following)


def judge(
    clients: Sequence[Client],
    cases: Cases,
    known: Sequence[Difference],
    done: Callable[[], None] = lambda: None,
    fresh: bool = False,
) -> list[Row]:
    """A row for each client, in their order. Unless `fresh`, what a client was given of the same
    bytes at an earlier time counts.
    """

    def one(client: Client) -> Row:
        kept = Kept(client)
        try:
            every = list(cases.suited(client))
            old = 0 if fresh else sum(kept.has(each.scripts, each.following) for each in every)
            outcomes = _outcomes(client, every, known, kept, fresh)
            unexpected = {each.stream for each in outcomes if each.is_new or each.is_gone}
            if unexpected:
                some = [each for each in every if each.name in unexpected]
                again = _outcomes(client, some, known, kept, fresh=True)
                outcomes = _confirmed(outcomes, again)
            _forget_unsure(every, outcomes, kept)
            kept.save()
            return Row(client, outcomes, kept=old)
        except (NotInstallable, CannotTell) as error:
            return Row(client, not_judged=str(error).removeprefix(f"{client}: "))
        finally:
            done()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, clients))


def _difference(client: Client, sent: Replayed, given: Sequence[Given]) -> str:
    return difference(client.table, sent, given[0])


def _changed(client: Client, given: Sequence[Given]) -> str:
    return changed_by_cuts(client.table, given[0], given[1:])


def _difference_of_script(client: Client, script: Script, given: Sequence[Given]) -> str:
    return difference_of_script(client.table, script, given[0])


def _outcomes(
    client: Client,
    every: Sequence[Case],
    known: Sequence[Difference],
    kept: Kept,
    fresh: bool,
) -> list[Outcome]:
    """All that is followed in the same way is sent to one process of the client."""
    found: dict[str, str] = {}
    for following in dict.fromkeys(each.following for each in every):
        those = [each for each in every if each.following == following]
        scripts = [script for each in those for script in each.scripts]
        given = iter(read(client, scripts, following, kept, fresh))
        for each in those:
            found[each.name] = each.what([next(given) for _ in each.scripts])
    return [
        Outcome(
            client,
            each.name,
            each.behaviour,
            found[each.name],
            next((entry for entry in known if entry.covers(client, each.name)), None),
        )
        for each in every
    ]


def _forget_unsure(every: Sequence[Case], outcomes: Sequence[Outcome], kept: Kept) -> None:
    """What shows only now and then is tried the next time, too."""
    for each, outcome in zip(every, outcomes, strict=True):
        known = outcome.known
        if known and not outcome.what and (known.sometimes or outcome.behaviour == CUT):
            for script in each.scripts:
                kept.forget(script, each.following)


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

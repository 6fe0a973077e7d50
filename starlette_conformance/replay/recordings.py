"""What a stack responded, kept: the same packages respond the same to the same bytes.

A file in the cache holds it for each stack. Another package, Python or kernel makes it another
file, and so does whatever changes in the apps, the specs or the engine. Of an interpreter that
somebody else may change, nothing is kept. What may be chance is not kept either: a response that
came late, or none where one is due, an outcome that is not as expected, whatever did not reproduce.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from starlette_conformance.model.environment import Environment
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.replay.corpus import SentRequest, is_unchanged
from starlette_conformance.replay.corpus import key as key_of_corpus
from starlette_conformance.replay.repeat import QUICK, Seen
from starlette_conformance.replay.side_by_side import Responses
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.runs.records import OutcomeRecord, ResponseRecord
from starlette_conformance.scenarios.outcome import Outcome
from starlette_conformance.scenarios.recorded_outcome import (
    outcome_record,
    recorded_outcome,
    recorded_response,
    response_record,
)
from starlette_conformance.stacks.cache import key_of
from starlette_conformance.stacks.identity import identity
from starlette_conformance.stacks.kept_file import KeptFile

FOLDER = "recordings"
FILES = 100
"""As many stacks are kept, those that were compared last: 1 MB each at the most."""

Counts = dict[str, int]
"""By app, and by what it streams, how many responses there are of one that was repeated."""


class _Response(msgspec.Struct, frozen=True, array_like=True):
    """A `WireResponse`, with what is after its end in Latin-1."""

    response: ResponseRecord
    names: tuple[str, ...]
    cuts: tuple[int, ...] | None
    arrivals: str
    first: float | None
    rest: str


class _Recording(msgspec.Struct):
    """`began` is when the first of it was recorded, in seconds since the epoch."""

    began: float
    responses: dict[str, _Response]
    outcomes: dict[str, OutcomeRecord]
    repeated: dict[str, Counts]


class Recordings:
    """What is known of one stack, from its file, where there is one."""

    def __init__(
        self,
        environment: Environment,
        file: KeptFile[_Recording] | None = None,
        kept: _Recording | None = None,
    ) -> None:
        self._environment, self._file = environment, file
        self._kept = kept or _Recording(time.time(), {}, {}, {})
        self._changed = False
        self.used = False

    @property
    def began(self) -> float:
        """When the first of what is kept was recorded, in seconds since the epoch."""
        return self._kept.began

    def responses(self, requests: Iterable[SentRequest]) -> Responses:
        """Those that are kept."""
        known = self._kept.responses
        pairs = ((sent, known.get(_key(sent))) for sent in requests)
        found = {sent: _wire(record) for sent, record in pairs if record}
        self.used |= bool(found)
        return found

    def outcomes(self, scenarios: Iterable[Scenario]) -> dict[Scenario, Outcome]:
        """Those that are kept."""
        known = self._kept.outcomes
        found = {
            each: recorded_outcome(known[each.name], self._environment)
            for each in scenarios
            if each.name in known
        }
        self.used |= bool(found)
        return found

    def repeated(self, requests: Collection[SentRequest], after: int) -> Counts | None:
        """What came of it that these were repeated: each response was the same each time."""
        found = self._kept.repeated.get(_key_of_all(requests, after))
        self.used |= found is not None
        return found

    def keep_responses(self, responses: Responses) -> None:
        """But for those that may be chance."""
        certain = {sent: each for sent, each in responses.items() if _is_certain(sent, each)}
        self._kept.responses |= {_key(sent): _record(each) for sent, each in certain.items()}
        self._changed |= bool(certain)

    def keep_outcomes(self, outcomes: Mapping[Scenario, Outcome]) -> None:
        """Those that are as expected."""
        certain = {each: seen for each, seen in outcomes.items() if seen == each.expected}
        self._kept.outcomes |= {s.name: outcome_record(s, seen) for s, seen in certain.items()}
        self._changed |= bool(certain)

    def keep_repeated(
        self, requests: Collection[SentRequest], after: int, seen: Mapping[SentRequest, Seen]
    ) -> None:
        """Where each response was the same each time; the others are forgotten."""
        unsure = [sent for sent, each in seen.items() if len(each.responses) > 1]
        if unsure:
            self.forget(unsure)
        else:
            self._kept.repeated[_key_of_all(requests, after)] = counts_of(seen)
            self._changed = True

    def forget(
        self, requests: Iterable[SentRequest] = (), scenarios: Iterable[Scenario] = ()
    ) -> None:
        """What did not reproduce: it is tried the next time, too, and so is its repetition."""
        for sent in requests:
            self._changed |= self._kept.responses.pop(_key(sent), None) is not None
        for each in scenarios:
            self._changed |= self._kept.outcomes.pop(each.name, None) is not None

    def save(self) -> None:
        """Not where somebody changed an app, a spec or the engine meanwhile."""
        if self._file and self._changed and is_unchanged():
            self._file.write(self._kept)


def recordings(environments: Sequence[Environment], fresh: bool) -> list[Recordings]:
    """What is kept of each stack; nothing yet where all of it is to be `fresh`. A stack beside
    itself is compared to see what chance does: of these, nothing is kept.
    """
    which = [identity(each) for each in environments]
    return [
        Recordings(each)
        if key is None or which.count(key) > 1
        else _recordings(each, key_of(key_of_corpus(), key), fresh)
        for each, key in zip(environments, which, strict=True)
    ]


def _recordings(environment: Environment, key: str, fresh: bool) -> Recordings:
    file = KeptFile(FOLDER, key, _Recording, FILES)
    return Recordings(environment, file, None if fresh else file.read())


def counts_of(seen: Mapping[SentRequest, Seen]) -> Counts:
    counts: Counts = {}
    for sent, each in seen.items():
        name = f"{sent.variant}{' streams' * each.streams}"
        counts[name] = counts.get(name, 0) + each.count
    return counts


def _is_certain(sent: SentRequest, wire: WireResponse) -> bool:
    """Whether it came at once, or none is due: what was waited for says as much of the machine."""
    return not sent.request.is_complete if wire.first is None else wire.first < QUICK


def _key(sent: SentRequest) -> str:
    request = sent.request
    return key_of(sent.variant, request.app, request.data, request.files)


def _key_of_all(requests: Collection[SentRequest], after: int) -> str:
    return key_of(after, sorted(map(_key, requests)))


def _record(wire: WireResponse) -> _Response:
    rest = wire.rest.decode("latin-1")
    response = response_record(wire.response)
    return _Response(response, wire.names, wire.cuts, wire.arrivals, wire.first, rest)


def _wire(record: _Response) -> WireResponse:
    return WireResponse(
        recorded_response(record.response),
        record.names,
        record.cuts,
        record.arrivals,
        record.first,
        record.rest.encode("latin-1"),
    )

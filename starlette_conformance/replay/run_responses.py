"""A run file as it compares with that of another stack: one response to each request."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette_conformance import servers
from starlette_conformance.http.connection import CLOSED, Segment
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.errors import UsageError
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import ASIDE, SentRequest
from starlette_conformance.replay.recorded_response import recorded_response
from starlette_conformance.replay.replays import replayed, sent_request
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.side_by_side import Responses
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.runs.recorded import requests_of, without_stack
from starlette_conformance.runs.records import ExchangeRecord
from starlette_conformance.runs.run_reader import RecordedRun, load
from starlette_conformance.scenarios.outcome import Outcome, by_name
from starlette_conformance.scenarios.recorded_outcome import recorded_outcome
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks.project import ledger


@dataclass(frozen=True)
class RecordedExchange:
    """What a spec sent, and the response to it.

    `enough` tells that the client took in as much as one that replays the request does, and then
    left a stream, `aside` that the spec is of signals or pauses.
    """

    number: int
    sent: SentRequest
    response: WireResponse
    enough: bool
    aside: bool = False


@dataclass(frozen=True)
class RunResponses:
    """The stack, which specs passed, and the response to each request.

    `others` are the responses to requests that no spec sent, and like which another one is read;
    `outcomes` are those of scenarios, by name.
    """

    environment: Environment
    passed: Mapping[str, bool]
    responses: Responses
    others: Responses = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "RunResponses":
        """Raises UsageError, too, where the stack could not be provisioned."""
        run = load(path)
        if not (run and run.start.installed and run.start.installed.packages):
            raise UsageError(f"{path}: no run of a stack that was provisioned")
        stack, installed = run.start.stack, run.start.installed
        passed = {without_stack(v.spec, stack): v.verdict == "pass" for v in run.verdicts}
        environment = Environment(stack, Path(), installed.python, installed.packages)
        responses = responses_of(exchanges_of(run), *replays_of(run))
        return cls(environment, passed, *responses, outcomes_of(run, environment))


def exchanges_of(run: RecordedRun) -> list[RecordedExchange]:
    """The exchanges of a stack's run, with ports and what is random masked.

    When a response, or the parts of a stream, arrive is left out: it depends on how a spec reads
    them, and on what else the machine did.
    """
    return [_exchange(*each, _server(run)) for each in requests_of(run.exchanges)]


def replays_of(run: RecordedRun) -> tuple[Responses, set[SentRequest]]:
    """The responses to what was sent once more, and which of these requests are of clients."""
    responses, of_client = {}, set()
    for record in run.replays:
        sent, response = replayed(record, _server(run))
        responses[sent] = response
        if record.of_client:
            of_client.add(sent)
    return responses, of_client


def outcomes_of(run: RecordedRun, environment: Environment) -> dict[str, Outcome]:
    """By the name of the scenario; of one that was played twice, the last. An outcome of other
    observations is of the same scenario before it was changed, and no longer compares.
    """
    known = {each.name: by_name(each.expected).keys() for each in ledger().scenarios}
    return {
        each.scenario: recorded_outcome(each, environment)
        for each in run.outcomes
        if each.observed.keys() == known.get(each.scenario, each.observed.keys())
    }


def _server(run: RecordedRun) -> Adapter:
    installed = run.start.installed
    return servers.of(installed.packages if installed else ())


def responses_of(
    exchanges: Iterable[RecordedExchange], replays: Responses, of_client: Collection[SentRequest]
) -> tuple[Responses, Responses]:
    """One response to each request that a spec or a client sent, and to each of the others.

    It is that of the replay, or else the first that the client took in as a replay does.
    """
    chosen: dict[SentRequest, RecordedExchange] = {}
    for exchange in (each for each in exchanges if not each.aside):
        known = chosen.get(exchange.sent)
        if known is None or (exchange.enough and not known.enough):
            chosen[exchange.sent] = exchange
    responses = {sent: replays.get(sent, exchange.response) for sent, exchange in chosen.items()}
    responses |= {sent: replays[sent] for sent in of_client}
    return responses, {
        sent: response for sent, response in replays.items() if sent not in responses
    }


def _exchange(
    record: ExchangeRecord, request: Request, port: int, server: Adapter
) -> RecordedExchange:
    received = tuple(Segment(part.at, part.text.encode("latin-1")) for part in record.received)
    closed = record.ended == CLOSED
    raw = RawResponse(
        record.method, port, received, record.ended, closed, record.closes, server, request.is_head
    )
    response, enough = recorded_response(raw)
    return RecordedExchange(
        record.id,
        sent_request(record, request),
        response,
        enough,
        record.spec.startswith(ASIDE),
    )

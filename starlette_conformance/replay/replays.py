"""What a run replays once its specs are through, so that its file holds what `diff` compares by.

A spec may send a request in its own way: in pieces, with pauses, leaving early. And the response to
a request may be that to another one, which no spec sends, as one parser reads it.
"""

from collections.abc import Collection, Iterable

from starlette_conformance.http import parser
from starlette_conformance.http.connection import CLOSED, Segment
from starlette_conformance.http.event_stream import is_stream
from starlette_conformance.model.effects import likened
from starlette_conformance.model.request import Request
from starlette_conformance.replay.clients import client_requests
from starlette_conformance.replay.corpus import ASIDE, SentRequest, files, usual
from starlette_conformance.replay.recorded_response import recorded_response
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.replay.wire_response import WireResponse
from starlette_conformance.runs import records
from starlette_conformance.runs.recorded import requests_of
from starlette_conformance.runs.records import ExchangeRecord, ReplayRecord
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks.ledger import Ledger


def to_replay(
    exchanges: Iterable[ExchangeRecord], of_client: Collection[SentRequest], ledger: Ledger
) -> list[SentRequest]:
    """The requests that no spec sent as a replay does, or that are `of_client`, and those like
    which another one is read.

    What is slow is left to the specs.
    """
    sent: dict[SentRequest, bool] = {}
    for record, request, _ in requests_of(exchanges):
        if record.spec.startswith(ASIDE):
            continue
        each = sent_request(record, request)
        sent[each] = sent.get(each, False) or _is_alike(record, request)
    others = (
        SentRequest(each.variant, other)
        for each in (*sent, *of_client)
        for other in likened(ledger.effects, [each.request])
    )
    unlike = (each for each, alike in sent.items() if not alike)
    wanted = dict.fromkeys([*unlike, *of_client, *(each for each in others if each not in sent)])
    return [each for each in wanted if each.variant not in ledger.slow]


def _is_alike(record: ExchangeRecord, request: Request) -> bool:
    """Whether a replay gets the same: the head of one request was sent in one piece, and a whole
    response came that is no stream.
    """
    message = parser.read(record.received_bytes, record.method, record.ended == CLOSED)
    sent_at_once = request.is_head and len(record.sent) == 1
    return sent_at_once and message.whole and not is_stream(message)


def of_clients(exchanges: Iterable[ExchangeRecord]) -> list[SentRequest]:
    """The requests of usual clients to what specs got, but for those that a spec sends."""
    requests = requests_of(exchanges)
    sent = dict.fromkeys(
        sent_request(record, request)
        for record, request, _ in requests
        if not record.spec.startswith(ASIDE)
    )
    return [each for each in client_requests([*sent]) if each not in sent]


def replay_record(sent: SentRequest, raw: RawResponse, of_client: bool = False) -> ReplayRecord:
    return ReplayRecord(
        variant=sent.variant,
        app=sent.request.app,
        port=raw.port,
        sent=sent.request.data.decode("latin-1"),
        received=tuple(
            records.Segment(round(part.at, 6), part.data.decode("latin-1")) for part in raw.received
        ),
        ended=raw.ended,
        closed=raw.closed,
        closes=raw.closes,
        of_client=of_client,
    )


def replayed(record: ReplayRecord, server: Adapter) -> tuple[SentRequest, WireResponse]:
    """A request and its response, but for when that came: the apps of specs have another pace."""
    request = Request(record.app, record.sent.encode("latin-1"), files(record.variant))
    raw = RawResponse(
        request.method,
        record.port,
        tuple(Segment(part.at, part.text.encode("latin-1")) for part in record.received),
        record.ended,
        record.closed,
        record.closes,
        server,
        request.is_head,
    )
    response, _ = recorded_response(raw)
    return SentRequest(record.variant, request), response


def sent_request(record: ExchangeRecord, request: Request) -> SentRequest:
    variant = usual(record.variant or record.app)
    return SentRequest(variant, request.with_files(files(variant)))

"""Replays: what a run sends once more, and what it is compared by then."""

from dataclasses import replace
from pathlib import Path

from starlette_conformance.explain.what_is_new import compare_runs
from starlette_conformance.http import connection
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.changes import Change
from starlette_conformance.model.effects import Effect
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.request import Request
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.replays import of_clients, replay_record, to_replay
from starlette_conformance.replay.run_responses import RunResponses
from starlette_conformance.replay.send import RawResponse
from starlette_conformance.runs.run_file import Run
from starlette_conformance.runs.run_reader import RecordedRun, load
from starlette_conformance.stacks.ledger import Ledger
from tests.miniatures.raw_server import ENVIRONMENT

HOST = b"Host: 127.0.0.1:8123\r\n\r\n"
HEAD = b"GET / HTTP/1.1\r\n" + HOST
OTHER = b"GET /other HTTP/1.1\r\n" + HOST
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
GONE = b"HTTP/1.1 410 Gone\r\ncontent-length: 2\r\n\r\nno"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n"
NOTHING_KNOWN = Ledger({}, [], {}, {})


def sent(data: bytes, variant: str = "hello") -> SentRequest:
    return SentRequest(variant, Request("hello", data.replace(b":8123", b":PORT")))


def exchange(*pieces: bytes, response: bytes = OK, ended: str = connection.LEFT) -> Exchange:
    return Exchange(
        app="hello",
        environment=ENVIRONMENT,
        method="GET",
        sent=tuple(connection.Segment(0.0, piece) for piece in pieces),
        received=(connection.Segment(0.1, response),) if response else (),
        ended=ended,
        closes=False,
        client_port=40000,
        at=0.0,
    )


def recorded(
    folder: Path,
    *exchanges: Exchange,
    replays: tuple[tuple[SentRequest, bytes], ...] = (),
    environment: Environment = ENVIRONMENT,
    spec: str = "specs/hello/test_hello.py::test_one",
) -> Path:
    run = Run(folder, environment.name)
    run.begin(environment)
    for each in exchanges:
        run.exchange(spec, each)
    for request, response in replays:
        segments = (connection.Segment(0.1, response),)
        heard = RawResponse(
            "GET", 8123, segments, connection.LEFT, False, False, ENVIRONMENT.server
        )
        run.replay(replay_record(request, heard))
    run.end()
    return run.path


def read(path: Path) -> RecordedRun:
    found = load(path)
    assert found
    return found


def replayed(folder: Path, *exchanges: Exchange, ledger: Ledger = NOTHING_KNOWN) -> list[bytes]:
    found = to_replay(read(recorded(folder, *exchanges)).exchanges, (), ledger)
    return [each.request.data.replace(b":PORT", b":8123") for each in found]


def test_what_a_spec_sends_as_a_replay_does_is_not_replayed(tmp_path: Path) -> None:
    assert replayed(tmp_path, exchange(HEAD)) == []
    until_close = b"HTTP/1.0 200 OK\r\n\r\nok"
    assert replayed(tmp_path, exchange(HEAD, response=until_close, ended=connection.CLOSED)) == []


def test_what_a_spec_sends_in_its_own_way_is_replayed(tmp_path: Path) -> None:
    assert replayed(tmp_path, exchange(HEAD[:9], HEAD[9:])) == [HEAD]
    assert replayed(tmp_path, exchange(HEAD + HEAD)) == [HEAD + HEAD]
    assert replayed(tmp_path, exchange(HEAD, response=b"")) == [HEAD]
    assert replayed(tmp_path, exchange(HEAD, response=OK[:-1])) == [HEAD]
    assert replayed(tmp_path, exchange(HEAD, response=STREAM)) == [HEAD]


def test_one_spec_that_sends_it_as_a_replay_does_is_enough(tmp_path: Path) -> None:
    assert replayed(tmp_path, exchange(HEAD[:9], HEAD[9:]), exchange(HEAD)) == []


def like_another(request: Request) -> Request:
    return replace(request, data=request.data.replace(b"GET / ", b"GET /other "))


CHANGE = Change("starlette", "2", "fix", "/ is /other.", "https://x")
READ_LIKE_ANOTHER = Ledger(
    {"CHANGE": CHANGE},
    [
        Effect(
            CHANGE,
            ("hello",),
            lambda request, _: b"GET / " in request.data,
            lambda _, response, __: response,
            as_if=like_another,
        )
    ],
    {},
    {},
)


def test_the_request_like_which_another_one_is_read_is_replayed(tmp_path: Path) -> None:
    assert replayed(tmp_path, exchange(HEAD), ledger=READ_LIKE_ANOTHER) == [OTHER]
    both = exchange(HEAD), exchange(OTHER)
    assert replayed(tmp_path, *both, ledger=READ_LIKE_ANOTHER) == []


def test_what_is_slow_is_left_to_the_specs(tmp_path: Path) -> None:
    ledger = replace(NOTHING_KNOWN, slow={"hello": []})
    assert replayed(tmp_path, exchange(HEAD, response=b""), ledger=ledger) == []


def test_what_a_spec_of_signals_sends_is_neither_replayed_nor_compared(tmp_path: Path) -> None:
    spec = "specs/shutdown/test_signals.py::test_ends"
    path = recorded(tmp_path, exchange(HEAD[:9], HEAD[9:]), exchange(OTHER), spec=spec)
    assert to_replay(read(path).exchanges, (), NOTHING_KNOWN) == []
    assert RunResponses.read(path).responses == {}


def test_a_replay_counts_instead_of_what_a_spec_got(tmp_path: Path) -> None:
    path = recorded(tmp_path, exchange(HEAD), replays=((sent(HEAD), GONE),))
    (response,) = RunResponses.read(path).responses.values()
    assert (response.response.status, response.response.body) == (410, b"no")


def test_what_no_spec_sent_explains_and_is_not_compared(tmp_path: Path) -> None:
    newer = replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": "2"})
    older = replace(ENVIRONMENT, packages={**ENVIRONMENT.packages, "starlette": "1"})
    before = recorded(tmp_path, exchange(HEAD), replays=((sent(OTHER), GONE),), environment=older)
    after = recorded(tmp_path, exchange(HEAD, response=GONE), environment=newer)
    runs = RunResponses.read(before), RunResponses.read(after)
    counts = compare_runs(*runs, READ_LIKE_ANOTHER).counts
    assert (counts["compared"], counts["unexplained"]) == (1, 0)
    assert counts["changes"] == {"CHANGE": 1}


def test_a_request_of_a_client_is_compared_though_no_spec_sends_it(tmp_path: Path) -> None:
    run = Run(tmp_path, ENVIRONMENT.name)
    run.begin(ENVIRONMENT)
    for data, of_client in ((HEAD, True), (OTHER, False)):
        segments = (connection.Segment(0.1, OK),)
        came = RawResponse("GET", 8123, segments, connection.LEFT, False, False, ENVIRONMENT.server)
        run.replay(replay_record(sent(data), came, of_client))
    run.end()
    found = RunResponses.read(run.path)
    assert ([*found.responses], [*found.others]) == ([sent(HEAD)], [sent(OTHER)])


def test_clients_send_what_no_spec_sends(tmp_path: Path) -> None:
    def left(*exchanges: Exchange) -> set[SentRequest]:
        found = of_clients(read(recorded(tmp_path, *exchanges)).exchanges)
        return {each for each in found if each.variant == "hello"}

    found = left(exchange(HEAD))
    assert found
    assert not left(*(exchange(each.request.to(8123)) for each in found)) & found

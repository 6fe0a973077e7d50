"""Scenarios: what is done to a miniature, what is seen of it, and how that compares."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from starlette_conformance.model.chance import leading, one_of, within
from starlette_conformance.model.changes import Change
from starlette_conformance.model.comparison import recorded_assertions
from starlette_conformance.model.expectations import (
    HTTP_DATE,
    WHOLE,
    Response,
    chunked,
    resolve,
    since,
)
from starlette_conformance.model.observations import (
    DatesOn,
    EndOf,
    GzippedOn,
    HeldFor,
    IdleWaits,
    LogLines,
    Observation,
    PingAfter,
    PingDelay,
    PingedStreamOn,
    RespondsIn,
    ResponseOn,
    ResponsesOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import (
    Connect,
    HalfClose,
    Leave,
    MarkLog,
    Pause,
    ReadChunks,
    ReadResponses,
    ReadToEnd,
    Repeat,
    Reset,
    Send,
    SendEach,
    Step,
    Watch,
)
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.log import Log
from starlette_conformance.scenarios.outcome import Outcome, mismatches, outcome_lines
from starlette_conformance.scenarios.performance import Performance
from starlette_conformance.scenarios.wire import Wire
from starlette_conformance.stacks.project import ROOT, ledger, variants
from tests.miniatures.raw_server import ENVIRONMENT, Script, dated, miniature, piped_log

GET = b"GET / HTTP/1.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ndate: DATE\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ndate: DATE\r\nconnection: close\r\n\r\nok"
STREAM = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b"3\r\none\r\n"


def sending(*responses: bytes, reads: bool = True) -> Script:
    """Answer so many requests, and close; or, where it is not to read them, all at once."""

    def script(connection: socket.socket) -> None:
        for number, response in enumerate(responses):
            if number and reads:
                connection.recv(65536)
            connection.sendall(dated(response))

    return script


def staying(*responses: bytes) -> Script:
    """Answer, and stay until the client leaves."""

    def script(connection: socket.socket) -> None:
        for number, response in enumerate(responses):
            if number:
                connection.recv(65536)
            connection.sendall(dated(response))
        while connection.recv(65536):
            pass

    return script


@dataclass
class Stub:
    """As much of a Server as a scenario needs that sends no signal."""

    log: Log
    app: str = "hello"
    environment: Any = ENVIRONMENT
    path: str = ""
    pid: int = 0


def seen(
    script: Script, *steps: Step, of: tuple[Observation, ...], lines: bytes = b""
) -> dict[str, Any]:
    """What is observed of some steps on a miniature, which logs some lines before."""
    scenario = Scenario("one", "hello", steps, dict.fromkeys(of), seconds=3)
    with playing(script, scenario, lines) as performance:
        performance.play()
        return performance.observed()


@contextmanager
def playing(script: Script, scenario: Scenario, lines: bytes = b"") -> Iterator[Performance]:
    with piped_log() as (log, writing), miniature(script) as server:
        performance = Performance(scenario, cast(Server, Stub(log)), server.port)
        with open(writing, "wb", buffering=0, closefd=False) as file:
            file.write(lines)
        yield performance


def test_sends_bytes_one_at_a_time() -> None:
    got: list[bytes] = []

    def script(connection: socket.socket) -> None:
        while b"".join(got) != body and (data := connection.recv(65536)):
            got.append(data)
        connection.sendall(dated(OK))

    body = b"x" * 40
    steps = (Send("a", GET), Send("a", body, slowly=True), ReadResponses("a"))
    seen(script, *steps, of=(ResponseOn("a"),))
    assert b"".join(got) == body
    assert len(got) > 1  # two come at once where the miniature gets no turn in between


def test_reads_so_many_responses_and_then_more() -> None:
    steps = (Send("a", GET), ReadResponses("a"), Send("a", GET), ReadResponses("a"))
    (responses,) = seen(sending(OK, LAST), *steps, ReadToEnd("a"), of=(ResponsesOn("a"),)).values()
    assert [(response.status, response.ending, response.closes) for response in responses] == [
        (200, WHOLE, False),
        (200, WHOLE, True),
    ]


def test_a_response_to_head_has_no_body() -> None:
    head = OK.removesuffix(b"ok")
    steps = (Send("a", b"HEAD / HTTP/1.1\r\n\r\n"), ReadResponses("a", method="HEAD"))
    more = (Send("a", GET), ReadResponses("a"))
    (responses,) = seen(staying(head, OK), *steps, *more, of=(ResponsesOn("a"),)).values()
    assert [response.body for response in responses] == [b"", b"ok"]


def test_a_server_that_closes_early_leaves_a_response_out() -> None:
    steps = (Send("a", GET), ReadResponses("a"), Send("a", GET), ReadResponses("a"))
    (responses,) = seen(sending(OK), *steps, of=(ResponsesOn("a"),)).values()
    assert [(response.status, response.body) for response in responses] == [(200, b"ok")]


@pytest.mark.parametrize("behind", [b"x", b"x\r\n\r\n"])
def test_sees_what_follows_a_response_and_is_none(behind: bytes) -> None:
    steps = (Send("a", GET), ReadToEnd("a"))
    (response,) = seen(sending(LAST + behind), *steps, of=(ResponseOn("a"),)).values()
    assert (response.ending, response.closes) == (f"{len(behind)} bytes after the end", True)


def test_reads_no_event_beyond_those_that_it_waits_for() -> None:
    steps = (Send("a", GET), ReadChunks("a", 2))
    (response,) = seen(staying(STREAM + EVENT * 3), *steps, of=(ResponseOn("a"),)).values()
    assert response.body == (b"one", b"one")
    assert response.ending == "no last chunk: left by the client"


def test_reads_to_the_end_of_a_stream_with_fewer_events() -> None:
    steps = (Send("a", GET), ReadChunks("a", 4))
    (response,) = seen(sending(STREAM + EVENT), *steps, of=(ResponseOn("a"),)).values()
    assert (response.body, response.ending) == ((b"one",), "no last chunk: closed by the server")


def test_the_head_alone_can_be_waited_for() -> None:
    steps = (Send("a", GET), ReadChunks("a", 0))
    (response,) = seen(staying(STREAM + EVENT), *steps, of=(ResponseOn("a"),)).values()
    assert response.body == ()


@pytest.mark.parametrize(
    ("script", "end"), [(sending(OK), "closed after 0 s"), (staying(OK), "open after 0 s")]
)
def test_says_how_a_watched_connection_ended(script: Script, end: str) -> None:
    steps = (Send("a", GET), ReadResponses("a"), Watch("a", 0.3))
    assert seen(script, *steps, of=(EndOf("a"),)) == {"end of a": end}


def test_counts_a_watch_from_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(wire: Wire, number: int, method: str) -> None:
        read(wire, number, method)
        time.sleep(0.6)  # the client is late, and the server's clock runs already

    def script(connection: socket.socket) -> None:
        connection.sendall(dated(OK))
        time.sleep(1)

    read = Wire.read_responses
    monkeypatch.setattr(Wire, "read_responses", late)
    steps = (Send("a", GET), ReadResponses("a"), Watch("a", 2))
    assert seen(script, *steps, of=(EndOf("a"),)) == {"end of a": "closed after 1 s"}


def test_connections_behind_one_that_was_waited_for_in_vain_are_given_little_time() -> None:
    """Of a server that closes none of 200, each would take the whole of it."""
    steps = (Repeat(3, (Send("a", GET), ReadToEnd("a"))),)
    scenario = Scenario("one", "hello", steps, {}, seconds=0.3)
    with playing(lambda _: time.sleep(0.4), scenario) as performance:
        performance.play()
    ended = {name: each.ended for name, each in performance.exchanges().items()}
    assert ended == {
        "a 1": "no response within 0.3 s",
        "a 2": "no response within 0.1 s",
        "a 3": "no response within 0.1 s",
    }


@pytest.mark.parametrize(("events", "late"), [(1, False), (2, True)])
def test_says_whether_a_client_left_before_the_next_event(events: int, late: bool) -> None:
    steps = (Send("a", GET), ReadChunks("a", 1), Leave("a"))
    with playing(
        staying(STREAM + EVENT * events), Scenario("one", "hello", steps, {})
    ) as performance:
        performance.play()
    assert performance.late == late


@pytest.mark.parametrize(("interval", "late"), [(100.0, False), (0.1, True)])
def test_a_client_that_leaves_when_the_next_event_is_being_made_is_late(
    interval: float, late: bool
) -> None:
    steps = (Send("a", GET), ReadChunks("a", 1), Pause(0.2), Leave("a"))
    scenario = Scenario("one", "hello", steps, {}, interval=interval)
    with playing(staying(STREAM + EVENT), scenario) as performance:
        performance.play()
    assert performance.late == late


@pytest.mark.parametrize(("pause", "late"), [(0.0, False), (0.6, True)])
@pytest.mark.parametrize("watches", [True, False])
def test_a_response_that_is_late_before_a_pause_is_no_measure(
    pause: float, late: bool, watches: bool
) -> None:
    def script(connection: socket.socket) -> None:
        time.sleep(pause)
        connection.sendall(OK)
        connection.recv(65536)

    steps = (Send("a", GET), ReadResponses("a"), *([Watch("a", 0.1)] if watches else []))
    with playing(script, Scenario("one", "hello", steps, {})) as performance:
        performance.play()
    assert performance.late == (late and watches)


@pytest.mark.parametrize(
    ("later", "dates"), [(b"then", "1 date in 2 responses"), (b"now", "2 dates in 2 responses")]
)
def test_says_whether_a_date_is_renewed(later: bytes, dates: str) -> None:
    script = staying(OK.replace(b"DATE", b"then"), OK.replace(b"DATE", later))
    steps = (Send("a", GET), ReadResponses("a"), Send("a", GET), ReadResponses("a"))
    assert seen(script, *steps, of=(DatesOn("a"),)) == {"dates on a": dates}


@pytest.mark.parametrize(
    ("late", "prompt", "said"),
    [(11, 9, "later than 0.1 s"), (10, 10, "within 0.1 s"), (20, 20, "within 0.1 s")],
)
def test_says_whether_responses_come_at_once_at_least_for_some_time(
    late: int, prompt: int, said: str
) -> None:
    def script(connection: socket.socket) -> None:
        for pause in [0.11] * late + [0.0] * prompt:
            time.sleep(pause)
            connection.sendall(dated(OK))
            connection.recv(65536)

    found = seen(script, SendEach("a", GET, late + prompt), of=(RespondsIn("a", 0.1),))
    assert found == {"time of a response on a": said}


@pytest.mark.parametrize(
    ("pause", "said", "late"), [(0.21, "some of 0.2 s", True), (0.0, "none of 0.2 s", False)]
)
def test_says_whether_a_server_lets_a_client_wait_for_nothing(
    pause: float, said: str, late: bool
) -> None:
    def script(connection: socket.socket) -> None:
        for number in range(9):
            time.sleep(pause if number == 5 else 0)
            connection.sendall(dated(OK))
            connection.recv(65536)

    scenario = Scenario("one", "hello", (SendEach("a", GET, 9),), {IdleWaits(0.2): ""})
    with playing(script, scenario) as performance:
        performance.play()
        assert (performance.observed(), performance.late) == ({"idle waits": said}, late)


@pytest.mark.parametrize("leave", [Leave("a"), Reset("a"), HalfClose("a")])
def test_says_whether_the_server_lets_go_of_a_connection(leave: Step) -> None:
    found = seen(staying(OK), Send("a", GET), ReadResponses("a"), leave, of=(HeldFor(("a",)),))
    assert found == {"connections at the server": "held, then let go"}


def test_ports_and_process_ids_have_names_in_the_log() -> None:
    scenario = Scenario("one", "hello", (Send("a", GET), ReadResponses("a")), {LogLines(): []})
    with piped_log() as (log, writing):

        def script(connection: socket.socket) -> None:
            client, server = connection.getpeername()[1], connection.getsockname()[1]
            lines = [
                "process [17]",
                f"127.0.0.1:{client} - x",
                f"http://127.0.0.1:{server} {client}",
            ]
            os.write(writing, "".join(f"{line}\n" for line in lines).encode())
            staying(OK)(connection)

        with miniature(script) as server:
            performance = Performance(scenario, cast(Server, Stub(log)), server.port)
            performance.play()
            (line,) = [line for line in performance.observed()["log"] if "http" in line]
            assert performance.observed()["log"][:2] == ["process [PID]", "127.0.0.1:a - x"]
            assert line.startswith("http://127.0.0.1:PORT ")


def test_what_is_logged_once_a_client_has_left_is_no_part_of_it() -> None:
    scenario = Scenario("one", "hello", (Send("a", GET), ReadResponses("a")), {LogLines(): []})
    with piped_log() as (log, writing):

        def script(connection: socket.socket) -> None:
            os.write(writing, b"before\n")
            staying(OK)(connection)
            os.write(writing, b"after\n")

        with miniature(script) as server:
            performance = Performance(scenario, cast(Server, Stub(log)), server.port)
            performance.play()
        assert performance.observed() == {"log": ["before"]}


def test_what_was_logged_before_a_mark_is_left_out() -> None:
    assert seen(staying(OK), MarkLog(), of=(LogLines(),), lines=b"before\n") == {"log": []}


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


@pytest.mark.parametrize("late", [0, 7200])
def test_says_what_a_ping_states_and_when_it_came(late: int) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(STREAM)
        time.sleep(0.3)
        stated = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=late)
        connection.sendall(chunk(b": ping - %s" % str(stated).encode()))
        connection.recv(1)

    steps = (Send("a", GET), ReadChunks("a", 1))
    found = seen(script, *steps, of=(PingedStreamOn("a"), PingAfter("a"), PingDelay("a")))
    assert found["a"].body == (b": ping - TIME",)
    assert within(0.25, 5).accepts(found["first ping on a"], 0.0)
    assert within(late - 0.1, late + 5).accepts(found["time of the ping on a"], 0.0)
    assert not within(late + 5, late + 9).accepts(found["time of the ping on a"], 0.0)


@pytest.mark.parametrize(
    ("sent", "states"),
    [
        (b"\x1f\x8b\x08\x00abcd\x02\xff.", b"\x1f\x8b\x08\x00TIME\x02\xff."),
        (b"\x1f\x8b\x08\x00\0\0\0\0\x02\xff.", b"\x1f\x8b\x08\x00\0\0\0\0\x02\xff."),
        (b"plain text.", b"plain text."),
    ],
)
def test_the_moment_in_the_head_of_gzip_is_masked_and_nothing_else(
    sent: bytes, states: bytes
) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(STREAM + chunk(sent) + chunk(b"abcdefgh") + chunk(b""))
        connection.recv(1)

    found = seen(script, Send("a", GET), ReadResponses("a"), of=(GzippedOn("a"),))
    assert found["a"].body == (states, b"abcdefgh")


def test_a_ping_is_timed_from_the_request_and_not_from_the_connection() -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(STREAM)
        time.sleep(0.3)
        connection.sendall(chunk(b": ping"))
        connection.recv(1)

    steps = (Connect("a"), Pause(0.3), Send("a", GET), ReadChunks("a", 1))
    found = seen(script, *steps, of=(PingAfter("a"),))
    assert within(0.3, 5).accepts(found["first ping on a"], 0.0)


@pytest.mark.parametrize(("pauses", "late"), [((0.1, 0.1), False), ((0.1, 0.8), True)])
def test_a_paced_stream_is_late_where_a_chunk_is(pauses: tuple[float, ...], late: bool) -> None:
    def script(connection: socket.socket) -> None:
        connection.sendall(STREAM)
        for pause in pauses:
            time.sleep(pause)
            connection.sendall(EVENT)
        connection.recv(1)

    steps = (Send("a", GET), ReadChunks("a", len(pauses)))
    scenario = Scenario("one", "sse", steps, {}, interval=0.4, paced=True)
    for paced in (True, False):
        with playing(script, replace(scenario, paced=paced)) as performance:
            performance.play()
            assert performance.late == (late and paced)


RENAMED = Change("uvicorn", "0.30.0", "fix", "It says something else.", "https://x")


def outcome(**observed: Any) -> Outcome:
    return Outcome(observed, ENVIRONMENT)


def test_an_outcome_asserts_the_changes_of_its_expectation() -> None:
    with recorded_assertions() as asserted:
        assert outcome(log=["new"]) == {"log": [since(RENAMED, "new", before="old")]}
    assert asserted == {(RENAMED, True)}


@pytest.mark.parametrize(
    ("expected", "where"),
    [
        ({"log": ["old"], "a": "x"}, "log"),
        ({"log": ["new"], "a": "y"}, "a"),
        ({"log": ["new"]}, "a"),
        ({"log": ["new"], "a": "x", "b": "z"}, "b"),
        ({"log": one_of(["old"], []), "a": "y"}, "log, a"),
    ],
)
def test_an_outcome_is_compared_whole(expected: dict[str, Any], where: str) -> None:
    found = outcome(log=["new"], a="x")
    assert found != expected
    first, *others = outcome_lines(found, expected)
    assert first == f"a scenario came to something else: {where}"
    assert len(others) > 1


ANSWER = Response(200, {"date": "Sun, 29 Nov 2026 06:00:00 GMT"}, (b"a", b"b"), "OK")


@pytest.mark.parametrize(
    ("body", "matches"),
    [
        (leading(b"a", b"b", b"c"), True),
        (leading(b"a"), False),
        (leading(b"b", b"a"), False),
        (chunked(b"a", b"b"), True),
        (b"ab", True),
    ],
)
def test_a_body_may_be_the_first_of_some_chunks(body: Any, matches: bool) -> None:
    expected = {"a": Response(200, {"date": ANSWER.headers["date"]}, body)}
    assert (outcome(a=ANSWER) == expected) is matches


def test_one_of_several_responses_will_do() -> None:
    header = {"date": ANSWER.headers["date"]}
    either = one_of(Response(404), Response(200, header, b"ab"))
    assert outcome(a=ANSWER) == {"a": either}
    (first, *_) = mismatches(outcome(a=ANSWER), {"a": one_of(Response(404), Response(500))})
    assert first.where == "a: status"


def test_responses_of_a_connection_are_compared_one_by_one() -> None:
    expected = Response(200, {"date": HTTP_DATE}, b"ab")
    found = outcome(a=[ANSWER, ANSWER])
    assert found != {"a": [expected]}
    wrong = resolve({"a": [expected, Response(404, {"date": HTTP_DATE}, b"ab")]}, ENVIRONMENT)
    assert "a: response 2: status" in {each.where for each in mismatches(found, wrong.value)}


def test_an_expectation_names_what_it_observes() -> None:
    with pytest.raises(TypeError, match="one name"):
        outcome().compare({LogLines(): [], LogLines(lambda lines: lines): []})
    with pytest.raises(TypeError, match="not with \\[\\]"):
        outcome().compare([])


@pytest.mark.parametrize("scenario", ledger().scenarios, ids=lambda scenario: scenario.name)
def test_a_scenario_says_what_is_done_in_words(scenario: Scenario) -> None:
    assert scenario.variant in variants()
    assert len(scenario.words) == 1 + len(scenario.steps)
    assert not any("object at 0x" in line for line in scenario.words)


def test_each_scenario_has_a_name_of_its_own() -> None:
    names = [scenario.name for scenario in ledger().scenarios]
    assert len(names) == len(set(names))


PLAYED = """
import importlib
from pathlib import Path
from starlette_conformance.model.scenario import Scenario

for path in Path("specs").rglob("test_*.py"):
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    for spec in vars(module).values():
        for mark in getattr(spec, "pytestmark", []):
            if mark.name == "parametrize":
                names = (each.name for each in mark.args[1] if isinstance(each, Scenario))
                print(*names, sep="\\n")
"""
"""The scenarios by which specs are parametrized, seen where pytest does not check their marks."""


def test_each_scenario_is_played_by_a_spec() -> None:
    command = [sys.executable, "-c", PLAYED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    played = set(done.stdout.splitlines())
    assert [each.name for each in ledger().scenarios if each.name not in played] == []

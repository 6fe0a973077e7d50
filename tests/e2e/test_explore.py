"""Explore: the requests it makes, what it masks, and that a difference is found."""

from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import sleep

import pytest

from starlette_conformance.__main__ import main
from starlette_conformance.explore import explore
from starlette_conformance.explore.generator import generated
from starlette_conformance.explore.guided import guide
from starlette_conformance.explore.neighbours import compare_neighbours
from starlette_conformance.explore.script_routes import words_of
from starlette_conformance.http.connection import CLOSED
from starlette_conformance.http.normalize import LEFT, masked
from starlette_conformance.model.expectations import Response
from starlette_conformance.model.request import Request, without_port
from starlette_conformance.replay import side_by_side
from starlette_conformance.replay.corpus import SentRequest
from starlette_conformance.replay.send import response_to
from starlette_conformance.servers import DEFAULT
from starlette_conformance.servers.adapter import Adapter
from starlette_conformance.stacks.ledger import Ledger
from starlette_conformance.stacks.project import apps, ledger
from starlette_conformance.stacks.targets import provisioned
from tests.miniatures.raw_server import ENVIRONMENT, closes, keeps_open, miniature

PORT = 40_000
HEAD = b"HTTP/1.1 200 OK\r\n"
REQUEST = Request("hello", b"GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")


def seen(
    data: bytes,
    method: str = "GET",
    ended: str = CLOSED,
    by_itself: bool = False,
    server: Adapter = DEFAULT,
) -> Response:
    return masked(data, method, ended, ended == CLOSED, by_itself, PORT, server)


def test_the_same_seed_gives_the_same_requests() -> None:
    assert generated(300, 7) == generated(300, 7)
    assert generated(300, 7) != generated(300, 8)


def test_requests_are_shared_out_among_the_apps() -> None:
    shares = {name: words.share for name, app in apps().items() if (words := words_of(app))}
    assert set(shares) == set(apps())
    counts = Counter(request.app for request in generated(100 * sum(shares.values()), 0))
    assert counts == {app: 100 * share for app, share in shares.items()}


def test_an_app_without_requests_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(explore, "without_words", lambda: ["shout"])
    monkeypatch.setattr(explore, "compare_neighbours", lambda *_: [])
    monkeypatch.setattr(explore, "corpus", lambda _: [SentRequest("hello", REQUEST)])
    options = explore.Options(["documented", "1.10.0"], None, 17, 0, None, 1, True, 0, None, None)
    assert explore.explore(options) == 0
    assert "no random requests to shout: its row in specs/ledger/apps.py" in capsys.readouterr().out


def test_guided_requests_reach_more_of_a_stack_than_those_they_are_made_of() -> None:
    documented = provisioned("documented")
    scenario = next(each for each in ledger().scenarios if each.name == "SIGTERM beside a stream")
    lacking = replace(scenario, start="gunicorn", needs=("gunicorn",))  # it cannot be played here
    guided = guide(documented, [SentRequest("hello", REQUEST)], [scenario, lacking], 60, 0)
    assert guided.gave_up == []
    assert {request.app for request in guided.kept} == {"hello"}
    assert guided.by_guided - guided.by_requests
    routes = {line for line, name in guided.lines.items() if name == "Route.handle"}
    assert routes & guided.by_requests
    streams = {line for line in guided.by_scenarios if line[0] == "sse_starlette/sse.py"}
    assert streams - guided.by_requests - guided.by_guided


def test_every_request_has_a_head_that_ends_and_a_method() -> None:
    for request in generated(2000, 3):
        assert b"\r\n\r\n" in request.data
        assert request.method


def test_requests_vary() -> None:
    found = generated(2000, 0)
    assert len(set(found)) > 1500
    assert len({request.method for request in found}) > 8
    names = {name for request in found for name, _ in request.headers}
    assert names >= {"origin", "range", "if-range", "if-none-match", "authorization", "cookie"}


def test_a_request_goes_to_the_port_of_its_server() -> None:
    sent = REQUEST.to(PORT)
    assert sent == b"GET / HTTP/1.1\r\nHost: 127.0.0.1:40000\r\n\r\n"
    assert without_port(sent, PORT) == REQUEST.data
    assert without_port(b"127.0.0.1:400001", PORT) == b"127.0.0.1:400001"


def test_a_request_is_read_as_an_app_sees_it() -> None:
    request = Request("hello", b"GET /a%20b?c=%20 HTTP/1.1\r\nHost: x\r\nA:  1\r\nA: 2\r\n\r\n:")
    assert (request.path, request.query, request.header("a")) == ("/a b", "c=%20", "1")
    assert request.header("b") is None


def test_the_date_of_now_is_masked_and_no_other_text() -> None:
    date = b"date: Sun, 22 Nov 2026 20:00:00 GMT\r\ncontent-length: 0\r\n\r\n"
    assert seen(HEAD + date).headers["date"] == "DATE"
    assert seen(HEAD + date.replace(b"GMT", b"UTC")).headers["date"] != "DATE"


def test_the_order_of_allow_is_masked() -> None:
    responses = [seen(HEAD + b"allow: %b\r\n\r\n" % value) for value in (b"A, B", b"B, A", b"A")]
    assert responses[0] == responses[1] != responses[2]


def test_the_boundary_is_masked_and_its_length_is_not() -> None:
    def parts(boundary: bytes) -> Response:
        head = b"content-type: multipart/byteranges; boundary=%b\r\n\r\n--%b--"
        return seen(HEAD + head % (boundary, boundary))

    assert parts(b"0" * 26) == parts(b"f" * 26) != parts(b"z" * 13)
    assert b"--boundary" in parts(b"0" * 26).body


def test_the_port_of_the_server_is_masked_and_no_other() -> None:
    redirect = HEAD + b"location: http://127.0.0.1:%d/\r\ncontent-length: 0\r\n\r\n"
    assert seen(redirect % PORT).headers["location"] == "http://127.0.0.1:PORT/"
    assert seen(redirect % 9).headers["location"] == "http://127.0.0.1:9/"


def test_of_a_stream_that_the_client_left_its_beginning_counts() -> None:
    def stream(events: int) -> Response:
        head = HEAD + b"transfer-encoding: chunked\r\n\r\n"
        return seen(head + b"8\r\nx: 1\r\n\r\n\r\n" * events, ended="left by the client")

    assert stream(2) == stream(5) != stream(1)
    assert stream(2).ending in LEFT


def test_that_more_follows_an_answer_counts_and_how_much_does_not() -> None:
    response = HEAD + b"content-length: 0\r\n\r\n"
    assert seen(response + b"a") == seen(response + b"abc") != seen(response)


def test_an_announced_close_counts_and_no_other() -> None:
    plain, announced = HEAD + b"content-length: 0\r\n\r\n", HEAD + b"connection: close\r\n\r\n"
    assert seen(plain, by_itself=True) == seen(plain)
    assert seen(announced, by_itself=True) != seen(announced)


def test_a_server_is_asked() -> None:
    response = HEAD + b"date: DATE\r\ncontent-length: 2\r\n\r\nok"
    with miniature(keeps_open(response)) as server:
        found = response_to(REQUEST, server.port, DEFAULT)
    assert found == Response(
        200, {"date": "DATE", "content-length": "2"}, b"ok", "OK", "HTTP/1.1", closes=False
    )


def test_a_server_that_breaks_off_says_how() -> None:
    with miniature(closes(HEAD + b"content-length: 5\r\n\r\nok")) as server:
        assert (
            response_to(REQUEST, server.port, DEFAULT).ending
            == "2 of 5 bytes: closed by the server"
        )


def test_a_server_that_says_nothing_is_left_at_the_deadline() -> None:
    with miniature(lambda _: sleep(0.5)) as server:
        found = response_to(REQUEST, server.port, DEFAULT, seconds=0.2, first=0.1)
    assert (found.status, found.ending) == (0, "no response within 0.1 s, nor a close")


def test_a_server_that_waits_for_more_is_told_that_there_is_none() -> None:
    with miniature(keeps_open(b"")) as server:
        found = response_to(REQUEST, server.port, DEFAULT, first=0.1)
    assert (found.status, found.ending) == (0, "no response within 0.1 s")


def test_apps_that_ended_on_both_stacks_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with miniature(keeps_open(HEAD + b"content-length: 0\r\n\r\n")) as server:
        pass
    ports = [{"hello": server.port}]
    monkeypatch.setattr(side_by_side, "running", lambda *_: nullcontext(ports))
    stacks = [partial(replace, ENVIRONMENT, name=name) for name in ("one", "other")]
    sent = [SentRequest("hello", REQUEST)]
    ledger = Ledger({}, [], {}, {})
    (diff,) = compare_neighbours(stacks, {("one", "other")}, sent, ledger, 2)
    assert diff.compared == 0
    assert diff.not_compared == ("hello: it had ended on both stacks when 1 requests came",)
    assert list(compare_neighbours(stacks, {("other", "one")}, sent, ledger, 2)) == []


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["latest"],
        ["latest", "documented", "documented-h11"],
        ["latest", "nonesuch"],
        ["latest", "documented", "--neighbours", "releases"],
        ["--neighbours", "latest"],
        ["latest", "documented", "--requests", "-1"],
        ["latest", "documented", "--run", "nonesuch.jsonl"],
        ["latest", "documented", "--guided", "-1"],
        ["latest", "documented", "--lines", "nonesuch/lines"],
    ],
)
def test_what_cannot_be_explored_is_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", *words]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_run_file_of_no_exchanges_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("", "utf-8")
    assert main(["explore", "latest", "documented", "--run", str(path)]) == 2

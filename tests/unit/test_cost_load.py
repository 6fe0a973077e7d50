"""What load takes for a right answer, and what it says of one that is not."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import pytest

from starlette_conformance.cost.benchmark import NUMBER, Alike, Sending
from starlette_conformance.cost.manifest import MANIFEST
from starlette_conformance.cost.traffic import Line
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.log import Log
from tests.miniatures.raw_server import ENVIRONMENT, Script, dated, miniature, piped_log

RIGHT = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"
LONGER = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhix"
HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


class FakeServer:
    """As much of a server as load looks at."""

    environment = ENVIRONMENT
    pid = 0
    """Of no process, which rests."""

    def __init__(self, log: Log) -> None:
        self.log = log


@contextmanager
def line_to(
    script: Script, benchmark: str = "hello", body: bytes | None = None, seconds: float = 10.0
) -> Iterator[Line]:
    with miniature(script) as found, piped_log() as (log, _):
        server = cast("Server", FakeServer(log))
        with Line(server, found.port, MANIFEST[benchmark], body, seconds) as line:
            yield line


def answers(*whole: bytes) -> Script:
    """One answer after the other, and then the end."""

    def script(connection: socket.socket) -> None:
        for number, answer in enumerate(whole):
            if number:
                connection.recv(65536)
            connection.sendall(dated(answer))

    return script


def chunks(*contents: bytes) -> bytes:
    return HEAD + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in contents)


def events(*numbers: int) -> list[bytes]:
    return [b"data: %d\r\n\r\n" % number for number in numbers]


def test_right_answers_are_counted_in_bytes() -> None:
    with line_to(answers(RIGHT, RIGHT, RIGHT)) as line:
        for _ in range(3):
            line.exchange()
        assert line.received == 3 * len(RIGHT)


def test_answers_at_once_are_as_many_as_were_asked() -> None:
    with line_to(answers(RIGHT, RIGHT * 7)) as line:
        line.send_pipelined(7)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (RIGHT.replace(b"200 OK", b"500 No"), "status 500 instead of 200"),
        (RIGHT.replace(b"hi", b"ho"), "\\r\\nho', which is another response than before"),
        (RIGHT + b"more", "himore', which is another response than before"),
        (RIGHT.replace(b"length", b"lengtH"), "which is another response than before"),
        (RIGHT.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), "is not kept alive"),
        (b"nonsense\r\n\r\n", "not a status line"),
        (RIGHT[:-1], "the server went away in mid-run (it closed the connection)"),
    ],
)
def test_a_wrong_answer_is_named(second: bytes, message: str) -> None:
    with line_to(answers(RIGHT, second)) as line:
        line.exchange()
        with pytest.raises(CannotTell, match=f"^hello on miniature .*{re.escape(message)}"):
            line.exchange()


@pytest.mark.parametrize(
    ("alike", "second", "message"),
    [
        ("length", RIGHT.replace(b"hi", b"ho"), ""),
        ("length", LONGER, "it varies, with 3"),
        ("status", LONGER, ""),
        ("status", RIGHT.replace(b"200", b"201"), "status 201 instead of 200"),
        ("status", RIGHT + b"more", "4 bytes after the end"),
    ],
)
def test_of_a_users_app_a_response_is_as_like_the_first_as_the_benchmark_says(
    alike: Alike, second: bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MANIFEST, "hello", replace(MANIFEST["hello"], alike=alike))
    with line_to(answers(RIGHT, second)) as line:
        line.exchange()
        if not message:
            line.send_pipelined(0)
            return
        with pytest.raises(CannotTell, match=re.escape(message)):
            line.exchange()


def test_a_date_may_change_and_nothing_else() -> None:
    dates = (f"date: Tue, 24 Nov 2026 12:00:0{number} GMT\r\n".encode() for number in range(3))
    with line_to(
        answers(*(RIGHT.replace(b"content", date + b"content") for date in dates))
    ) as line:
        for _ in range(3):
            line.exchange()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RIGHT, "body b'hi' instead of b'ho'"),
        (RIGHT.replace(b"hi", b"ho") + b"!", "1 bytes after the end"),
    ],
)
def test_the_first_answer_must_have_the_body_that_is_wanted(answer: bytes, message: str) -> None:
    with line_to(answers(answer), body=b"ho") as line, pytest.raises(CannotTell, match=message):
        line.exchange()


def drips(connection: socket.socket) -> None:
    for number in range(len(RIGHT)):
        connection.sendall(RIGHT[number : number + 1])
        time.sleep(0.1)


def test_an_answer_that_drips_is_told_in_time() -> None:
    began = time.monotonic()
    with line_to(drips, seconds=0.5) as line, pytest.raises(CannotTell, match=r"within 0\.5 s"):
        line.exchange()
    assert time.monotonic() - began < 2


def test_a_server_that_is_gone_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        piped_log() as (log, _),
        pytest.raises(CannotTell, match=r"went away in mid-run .* refused"),
    ):
        Line(cast("Server", FakeServer(log)), port, MANIFEST["hello"])


def test_a_wrong_answer_among_many_is_noticed() -> None:
    wrong = RIGHT.replace(b"200 OK", b"500 No")
    output = pytest.raises(CannotTell, match="not 3 responses of 40 bytes")
    with line_to(answers(RIGHT, RIGHT + wrong + RIGHT)) as line, output:
        line.send_pipelined(3)


def sending(monkeypatch: pytest.MonkeyPatch, how: Sending, alike: Alike = "bytes") -> None:
    monkeypatch.setitem(MANIFEST, "hello", replace(MANIFEST["hello"], sending=how, alike=alike))


@pytest.mark.parametrize(("fresh", "connections"), [(False, 1), (True, 3)])
def test_a_fresh_request_has_a_connection_of_its_own(
    fresh: bool, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending(monkeypatch, Sending(fresh=fresh))
    made: list[socket.socket] = []

    def script(connection: socket.socket) -> None:
        made.append(connection)
        connection.sendall(RIGHT)
        while connection.recv(65536):
            connection.sendall(RIGHT)

    with line_to(script) as line:
        line.exchange()
        line.send_pipelined(1)
    assert len(made) == connections


def test_no_two_varied_requests_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    sending(monkeypatch, Sending(varied=True), "status")
    varied = replace(MANIFEST["hello"], target="/" + NUMBER.decode())
    monkeypatch.setitem(MANIFEST, "hello", varied)
    with line_to(answers(RIGHT)) as line:
        requests = line._requests(3) + line._requests(2)
    targets = re.findall(rb"GET /(\d{7}) ", requests)
    assert len(set(targets)) == 5
    assert NUMBER not in targets


def test_what_a_benchmark_wants_is_the_body_of_its_first_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sending(monkeypatch, Sending(body=b"ho"))
    wrong = pytest.raises(CannotTell, match="body b'hi' instead of b'ho'")
    with line_to(answers(RIGHT)) as line, wrong:
        line.exchange()


def test_a_stream_is_read_up_to_an_event() -> None:
    with line_to(answers(chunks(*events(1, 2, 3, 4))), "sse") as line:
        line.follow(3)
        assert line.received == len(chunks(*events(1, 2, 3)))


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (chunks(*events(1, 3, 4)), r"b'data: 3\\r\\n\\r\\n' instead of event 2"),
        (chunks(*events(1, 1, 2)), r"b'data: 1\\r\\n\\r\\n' instead of event 2"),
        (chunks(b": ping\r\n\r\n", *events(1, 2)), "instead of event 1"),
        (chunks(*events(1)) + b"0\r\n\r\n", "the stream ended after 1 events"),
        (chunks(*events(1)), "the server went away in mid-run"),
    ],
)
def test_a_stream_that_is_not_whole_is_named(stream: bytes, message: str) -> None:
    with line_to(answers(stream), "sse") as line, pytest.raises(CannotTell, match=message):
        line.follow(3)

"""The log of a process, as it is read while it is written."""

import os
import threading

import pytest

from starlette_conformance.process import log as log_module
from starlette_conformance.process.log import Log
from tests.miniatures.raw_server import SECONDS, piped_log


def test_lines_written_before_are_there() -> None:
    with piped_log() as (log, writing):
        for number in range(200):
            os.write(writing, b"line %d\n" % number)
            assert log.lines()[-1] == f"line {number}"
        assert log.lines() == [f"line {number}" for number in range(200)]


def test_a_line_that_has_not_ended_is_not_there_yet() -> None:
    with piped_log() as (log, writing):
        os.write(writing, b"one\ntw")
        assert log.lines() == ["one"]
        os.write(writing, b"o\n")
        assert log.lines() == ["one", "two"]


def test_a_last_line_without_an_end_is_there_once_the_log_has_ended() -> None:
    reading, writing = os.pipe()
    log = Log(reading)
    os.write(writing, b"one\nKilled")
    os.close(writing)
    log.close()
    assert log.ended
    assert log.lines() == ["one", "Killed"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reading)


def test_the_time_of_a_line_is_written_time() -> None:
    with piped_log() as (log, writing):
        os.write(
            writing,
            b"INFO 2025-04-12 19:32:55,123 - Received request: GET\n"
            b"ERROR 2025-04-12 19:32:55,123 - at 2025-04-12 19:32:55,123 - again\n"
            b"INFO:     Application startup complete.\n",
        )
        assert log.lines() == [
            "INFO TIME - Received request: GET",
            "ERROR TIME - at 2025-04-12 19:32:55,123 - again",
            "INFO:     Application startup complete.",
        ]


def test_bytes_that_are_no_utf_8_are_kept_readable() -> None:
    with piped_log() as (log, writing):
        os.write(writing, "é\n".encode() + b"\xff\n")
        assert log.lines() == ["é", "\N{REPLACEMENT CHARACTER}"]


def test_only_a_line_feed_ends_a_line() -> None:
    with piped_log() as (log, writing):
        os.write(writing, "one\x1c\u2028still one\n".encode())
        assert log.lines() == ["one\x1c\u2028still one"]


def test_a_log_beyond_its_limit_is_read_and_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "LIMIT", 10)
    with piped_log() as (log, writing):
        for _ in range(50):  # more than a pipe holds: a writer would block
            os.write(writing, b"12345678\n" * 1000)
        assert log.lines() == ["12345678"]


def test_waiting_ends_when_the_line_comes() -> None:
    with piped_log() as (log, writing):
        os.write(writing, b"one\n")
        assert log.wait_for(lambda lines: lines == ["one"], 10)


def test_waiting_ends_in_time() -> None:
    with piped_log() as (log, _):
        assert not log.wait_for(bool, 0.05)


def test_waiting_ends_with_the_log() -> None:
    reading, writing = os.pipe()
    log = Log(reading)
    os.close(writing)
    assert not log.wait_for(bool, 60)
    assert log.ended
    log.close()


def test_under_load_only_the_end_is_kept() -> None:
    with piped_log() as (log, writing):
        log.keep_only_the_end(0.01)
        for number in range(20_000):
            os.write(writing, b"line %d\n" % number)
        assert log.wait_for(lambda lines: "line 19999" in lines, SECONDS)
        assert len(log.lines()) < 20_000


def test_a_writer_who_never_pauses_holds_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    read, stop = os.read, threading.Event()
    too_late = threading.Timer(SECONDS, stop.set)
    with piped_log() as (log, writing):

        def read_and_refill(descriptor: int, size: int) -> bytes:
            data = read(descriptor, size)
            if not stop.is_set():
                os.write(writing, data)
            return data

        monkeypatch.setattr(os, "read", read_and_refill)
        too_late.start()
        os.write(writing, b"again\n")
        log.position()
        in_time = not stop.is_set()
        stop.set()
        too_late.cancel()
    assert in_time

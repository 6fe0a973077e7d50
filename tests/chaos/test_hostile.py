"""Hostile servers: each is named in time, wherever a good answer is cut off, in little memory."""

import re
import socket
import subprocess
import sys

import pytest

from starlette_conformance.http.client import Client
from starlette_conformance.http.connection import CLOSED, RESET
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.stacks.project import ROOT
from tests.chaos.cuts import SWEPT, Swept, sweep
from tests.chaos.hostile import MEMORY
from tests.chaos.rogues import LATE as ROGUE_LATE
from tests.chaos.rogues import ROGUES, judged
from tests.chaos.tormentors import HOSTILE, LATE, NO_RESPONSE, SECONDS, torment
from tests.miniatures.good_responses import HELLO
from tests.miniatures.raw_server import SECONDS as LONG
from tests.miniatures.raw_server import client_of, keeps_open, miniature


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_server_is_named_in_time(name: str) -> None:
    recorded: list[Exchange] = []
    ending, seconds = torment(HOSTILE[name], recorded.append)
    assert re.fullmatch(HOSTILE[name].ending, ending), ending
    assert seconds < HOSTILE[name].seconds + LATE
    assert len(recorded) == 1


@pytest.mark.parametrize("name", ROGUES)
def test_an_app_that_misbehaves_gets_one_verdict_in_time_and_leaves_nothing(name: str) -> None:
    said, seconds, left = judged(ROGUES[name])
    assert re.fullmatch(ROGUES[name].verdict, said), said
    assert seconds < ROGUE_LATE
    assert left == []


@pytest.mark.parametrize("ended", [RESET, CLOSED])
@pytest.mark.parametrize("name", SWEPT)
def test_an_answer_is_whole_only_with_its_last_byte(name: str, ended: str) -> None:
    cuts = sweep(name, ended)
    assert [got for _, _, got in cuts] == [wanted for _, wanted, _ in cuts]
    assert [cut for cut, _, got in cuts if got == "whole"] == [len(cuts) - 1]


def test_what_a_cut_must_be_called_is_told_for_each_part() -> None:
    response = Swept(b"abc", b"de", "{n} of 2 bytes")
    assert [response.ending_at(cut, "gone") for cut in range(6)] == [
        "no response: gone",
        "the head does not end: gone",
        "the head does not end: gone",
        "0 of 2 bytes: gone",
        "1 of 2 bytes: gone",
        "whole",
    ]


def test_the_run_goes_on_after_a_server_that_said_nothing() -> None:
    turns = iter([b"", HELLO.answer])

    def responds_to_the_second(connection: socket.socket) -> None:
        keeps_open(next(turns))(connection)

    with miniature(responds_to_the_second) as server, client_of(server.port) as client:
        assert _get(client, SECONDS).response.ending == NO_RESPONSE
        assert _get(client, LONG) == HELLO.expected


def _get(client: Client, seconds: float) -> Exchange:
    return client.request("GET", "/", seconds=seconds)


def test_the_command_takes_little_memory_and_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.hostile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    found = re.search(r"0 wrong verdicts, 0 processes left; slowest [\d.]+ s, (\d+) MiB", last)
    assert found, last
    assert int(found[1]) < MEMORY

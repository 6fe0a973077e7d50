"""Commands to valgrind by a connection that stays open, and what goes wrong with it."""

import itertools
import os
from pathlib import Path

import pytest

from starlette_conformance.cost import vgdb
from starlette_conformance.cost.vgdb import Vgdb
from starlette_conformance.model.errors import CannotTell

RELAY = """#!/usr/bin/env python3
import os, re
def say(text):
    os.write(1, b"$%s#%02x" % (text, sum(text) % 256))
while data := os.read(0, 65536):
    for interrupt, packet in re.findall(rb"(\\x03)|\\$([^#]*)#..", data):
        if packet == b"QStartNoAckMode":
            os.write(1, b"+")
        if interrupt:
            say(b"T05thread:1;")
        elif packet.startswith(b"qRcmd,"):
            words = bytes.fromhex(packet[6:].decode())
            if words == b"end":
                raise SystemExit
            say(b"O" + (words + b": ").hex().encode())
            say(b"O30*!0a" if words == b"zeros" else b"E01")
            say(b"OK")
        elif packet != b"c":
            say(b"OK")
"""
"""What it says to `zeros` is 3, then 0 and four more, as `!` says, and a line end, in hex."""


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vgdb:
    program = tmp_path / "vgdb"
    program.write_text(RELAY)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(vgdb, "rests", lambda *_: True)
    clock = itertools.count()
    monkeypatch.setattr(vgdb, "cpu_seconds", lambda _: next(clock))
    monkeypatch.setattr(vgdb, "SECONDS", 10.0)
    return Vgdb("--vgdb-prefix=x", 1, dict(os.environ), "hello on old")


def test_what_valgrind_says_is_read_whole(connection: Vgdb) -> None:
    """A byte may stand for several, as gdb's protocol has it."""
    try:
        assert [connection.command("zeros") for _ in range(2)] == ["zeros: 0\x00\x00\n"] * 2
    finally:
        connection.close()


@pytest.mark.parametrize(("words", "how"), [("odd", r"replied b'E01' to odd"), ("end", r"ended")])
def test_what_goes_wrong_is_named(connection: Vgdb, words: str, how: str) -> None:
    try:
        with pytest.raises(CannotTell, match=f"^hello on old: vgdb {how}"):
            connection.command(words)
    finally:
        connection.close()


def test_a_process_that_does_not_continue_is_named(
    connection: Vgdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vgdb, "cpu_seconds", lambda _: 0.0)
    monkeypatch.setattr(vgdb, "SECONDS", 0.1)
    try:
        with pytest.raises(CannotTell, match="vgdb did not continue within"):
            connection.command("zeros")
    finally:
        connection.close()

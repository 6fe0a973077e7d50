"""A connection to valgrind in a process that it runs, by `vgdb`, which relays gdb's protocol.

One connection serves for all commands: valgrind waits for 0.1 s after each that is closed.

The protocol: https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
"""

import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Mapping

from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process.launch import ASLEEP, LOOK_SECONDS, cpu_seconds, guarded, rests

SECONDS = 60.0
"""How long a reply may take."""
PACKET = re.compile(rb"\+*\$([^#]*)#[0-9a-f]{2}")
REPEATED = re.compile(rb"(.)\*(.)", re.DOTALL)
"""A byte, and how often it comes once more, and 29."""
SIGNALS = b"QPassSignals:" + b";".join(b"%x" % number for number in range(1, 0x98))
"""The process gets them all, and does not stop for them."""
INTERRUPT = b"\x03"
STOPPED = f"{ASLEEP}t"
"""One thread waits for the next command, and the others are held."""


class Vgdb:
    """The process stops for each command, and runs on behind it. Whatever goes wrong raises
    CannotTell, which begins with `where`.
    """

    def __init__(self, prefix: str, pid: int, variables: Mapping[str, str], where: str) -> None:
        self._where = where
        self._received = b""
        program = shutil.which("vgdb") or "/usr/bin/vgdb"
        self._process = subprocess.Popen(
            guarded([program, "--max-invoke-ms=1", prefix, f"--pid={pid}"]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(variables),
            bufsize=0,
        )
        self._pid = pid
        self._expect(b"QStartNoAckMode")
        self._expect(SIGNALS)
        self._run_on()

    def command(self, words: str) -> str:
        """What valgrind says to a command."""
        self._send(INTERRUPT)
        if (stopped := self._packet())[:1] not in {b"S", b"T"}:
            raise self._wrong(f"replied {stopped!r} instead of stopping")
        self._send_packet(b"qRcmd," + words.encode().hex().encode())
        said = b""
        while (packet := self._packet()) != b"OK":
            if packet[:1] != b"O":
                raise self._wrong(f"replied {packet!r} to {words}")
            said += bytes.fromhex(packet[1:].decode())
        self._run_on()
        return said.decode("utf-8", "replace")

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _run_on(self) -> None:
        """Have it continue, and wait until it does: an interrupt that comes sooner is lost. It
        sleeps until then, so its clock says so.
        """
        if not rests(self._pid, SECONDS, STOPPED):
            raise self._wrong("does not wait for a command")
        before, deadline = cpu_seconds(self._pid), time.monotonic() + SECONDS
        self._send_packet(b"c")
        while cpu_seconds(self._pid) == before:
            if time.monotonic() > deadline:
                raise self._wrong(f"did not continue within {SECONDS:g} s")
            time.sleep(LOOK_SECONDS)

    def _expect(self, packet: bytes) -> None:
        self._send_packet(packet)
        if (reply := self._packet()) != b"OK":
            raise self._wrong(f"replied {reply!r} to {packet[:20]!r}")

    def _send_packet(self, packet: bytes) -> None:
        self._send(b"$%b#%02x" % (packet, sum(packet) % 256))

    def _send(self, data: bytes) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(data)
        except OSError as error:
            raise self._wrong(f"ended: {error}") from None

    def _packet(self) -> bytes:
        assert self._process.stdout
        deadline = time.monotonic() + SECONDS
        while (found := PACKET.match(self._received)) is None:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                raise self._wrong(f"did not respond within {SECONDS:g} s")
            if not (data := os.read(self._process.stdout.fileno(), 65536)):
                raise self._wrong("ended")
            self._received += data
        self._received = self._received[found.end() :]
        return REPEATED.sub(lambda same: same[1] * (1 + same[2][0] - 29), found[1])

    def _wrong(self, what: str) -> CannotTell:
        return CannotTell(f"{self._where}: vgdb {what}")

"""A signal and a request that a server finds at once."""

import os
import signal
import time
from pathlib import Path

from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import rests
from starlette_conformance.scenarios.wire import Wire

BETWEEN_LOOKS = 0.08
"""Seconds: a client that takes longer may meet the next look of a server, which is after 0.1 s."""
RESTS_SECONDS = 10.0
"""How long a server may take to come to rest between two events."""


def cross(server: Server, number: signal.Signals, wire: Wire, data: bytes) -> bool:
    """Stop the process, send it a signal and bytes, and let it go on. Whether that took too long.

    It finds both at once: it hears the signal, takes the request, and only then looks whether it
    is to end, as it does ten times a second. It must not be stopped in that look.
    """
    looks, deadline = _sleeps(server.pid), time.monotonic() + RESTS_SECONDS
    while _sleeps(server.pid) == looks and time.monotonic() < deadline:
        time.sleep(0.001)
    looked = time.monotonic()
    rests(server.pid, RESTS_SECONDS)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        server.request_stop(number)
        wire.send(data)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    return time.monotonic() - looked > BETWEEN_LOOKS


def _sleeps(pid: int) -> str:
    """How often a process went to sleep so far, as the kernel has it."""
    status = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(line for line in status if line.startswith("voluntary_ctxt_switches"))

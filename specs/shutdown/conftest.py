"""What the specs of shutdown share: a server with open streams, and a signal that is to end it."""

import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from specs.sse.test_clients import GET, Subscription
from specs.streams.subscriptions import framed, listening
from starlette_conformance.http.client import Client
from starlette_conformance.http.exchange import Exchange
from starlette_conformance.model.environment import Environment
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.launch import rests
from starlette_conformance.pytest_plugin.session import Judging
from starlette_conformance.stacks.project import ROOT, script

INTERVAL = "0.8"
"""Seconds between events: a server on busy cores, too, has heeded the signal by the next one. Which
task hears of it first would be a matter of chance then, and so would be how the stream ends.
"""

ON = 4
"""A client that has so many events, 2 s after a signal, takes it that the stream goes on."""

ENDS_SECONDS = 8.0
"""How long a server may take to end that has no streams left to serve, on busy cores."""

RESTS_SECONDS = 10.0
"""How long a server may take to come to rest between two events."""

CUT_SHORT = "ERROR:    ASGI callable returned without completing response."
WAITING = "INFO:     Waiting for connections to close. (CTRL+C to force quit)"
BACKGROUND = "INFO:     Waiting for background tasks to complete. (CTRL+C to force quit)"


@dataclass(frozen=True)
class Stopped:
    """What came of a signal: to each client, to the process, and in its log.

    `complaints` are the lines about streams that the app cut short. They, and what is waited for,
    may stand anywhere in the log, so that `log` has the other lines of uvicorn.
    """

    exchanges: list[Exchange]
    status: int
    log: Lines
    complaints: Lines
    waited: bool


Stop = Callable[..., Stopped]


def read_on(subscription: Subscription) -> None:
    """Read until the stream ends, or goes on."""
    subscription.read(len(framed(ON)) - len(body(subscription)))
    if len(body(subscription)) < len(framed(ON)):
        subscription.read_to_the_end()


def body(subscription: Subscription) -> bytes:
    return bytes(subscription.data.partition(b"\r\n\r\n")[2])


def connected(client: Client) -> Subscription:
    """A connection on which nothing was asked for yet."""
    return Subscription(client.port, 10.0, client.host)


def sleeps(pid: int) -> str:
    """How often a process went to sleep so far, as the kernel has it."""
    status = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(line for line in status if line.startswith("voluntary_ctxt_switches"))


def crossed(pid: int, number: signal.Signals, subscriptions: Sequence[Subscription]) -> None:
    """Send a signal, ask for a stream on each connection, and read the head.

    The process is stopped meanwhile, and finds both at once: it hears the signal, takes the
    requests, and only then looks whether it was told to end, as it does ten times a second. It must
    not be stopped within that look.
    """
    looks, deadline = sleeps(pid), time.monotonic() + RESTS_SECONDS
    while sleeps(pid) == looks and time.monotonic() < deadline:
        time.sleep(0.001)
    assert rests(pid, RESTS_SECONDS)
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, number)
    for subscription in subscriptions:
        subscription.send(GET)
    os.kill(pid, signal.SIGCONT)
    for subscription in subscriptions:
        subscription.read_head()


@pytest.fixture
def stop(environment: Environment, judging: Judging) -> Stop:
    """Start the app, open streams, read the first event of each, send a signal, and see.

    Clients whose stream goes on leave it. With `again`, such streams get the signal a second time,
    and their clients stay. With `crossing`, the streams are asked for as the signal comes. No
    server is left.
    """

    def stopped(
        number: signal.Signals, streams: int, again: bool = False, crossing: bool = False
    ) -> Stopped:
        server = Server(script("sse"), environment, ROOT, ["--interval", INTERVAL])
        try:
            client = Client("sse", environment, server.port(), server.log, lambda _: None)
            assert client.get("/").message.status == 200  # not on its way up any more
            with ExitStack() as stack:
                opens = connected if crossing else partial(listening, events=1)
                opened = [stack.enter_context(opens(client)) for _ in range(streams)]
                before = len(server.log.lines())
                assert rests(server.pid, RESTS_SECONDS)  # and does not look for a signal on its way
                if crossing:
                    crossed(server.pid, number, opened)
                else:
                    os.kill(server.pid, number)
                with ThreadPoolExecutor(max(1, streams)) as pool:
                    list(pool.map(read_on, opened))
                if again and not all(each.ended for each in opened):
                    server.ask_to_stop(number)
                    for each in opened:
                        each.read_to_the_end()
            server.log.wait_for(lambda _: False, ENDS_SECONDS)
        finally:
            status = server.kill()
        whole = [each.data.endswith(b"\r\n0\r\n\r\n") for each in opened]
        exchanges = [
            Exchange.of("sse", environment, "GET", each, closes=closes and each.closed_by_server)
            for each, closes in zip(opened, whole, strict=True)
        ]
        for exchange in exchanges:
            judging.run(environment.name).exchange(judging.spec, exchange)
        lines = [re.sub(r"process \[\d+\]", "process [PID]", line) for line in server.log.lines()]
        after = [
            line for line in lines[before:] if line and not line.startswith((" ", "INFO TIME"))
        ]
        apart = (CUT_SHORT, WAITING, BACKGROUND)
        return Stopped(
            exchanges,
            status,
            Lines([line for line in after if line not in apart], environment),
            Lines([line for line in after if line == CUT_SHORT], environment),
            WAITING in after,
        )

    return stopped

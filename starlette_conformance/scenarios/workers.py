"""Workers of a server: the processes below it that have the socket on which it listens."""

import time
from signal import SIGKILL, Signals

import psutil

from starlette_conformance.model.steps import AwaitLines, SignalWorkers
from starlette_conformance.process.app_server import Server
from starlette_conformance.process.orphans import below, listeners, opened

DIES_SECONDS = 5.0


def tend(server: Server, port: int, step: SignalWorkers | AwaitLines) -> None:
    """Take a step that is about them, or about what they log."""
    match step:
        case SignalWorkers(number, count):
            _signal(server, port, number, count)
        case AwaitLines(text, times, seconds):
            _await_lines(server, text, times, seconds)


def workers(server: Server, port: int) -> list[psutil.Process]:
    """Those that live, by their ids."""
    listening = listeners(port)
    found = (each for each in below(server.pid) if listening & {*opened(each.pid)})
    return sorted(found, key=lambda each: each.pid)


def _signal(server: Server, port: int, number: Signals, count: int) -> None:
    """Those whom it kills are gone then: none of them takes another connection."""
    those = workers(server, port)[:count]
    for each in those:
        each.send_signal(number)
    deadline = time.monotonic() + DIES_SECONDS
    while number == SIGKILL and {*those} & {*below(server.pid)} and time.monotonic() < deadline:
        time.sleep(0.001)


def _await_lines(server: Server, text: str, times: int, seconds: float) -> None:
    seen = 0

    def found(lines: list[str]) -> bool:
        nonlocal seen
        seen += sum(text in line for line in lines)
        return seen >= times

    server.log.wait_for(found, seconds)

"""hello: from its start to its exit status."""

import re
import signal
from collections.abc import Callable

import pytest

from specs.edge.logs import RECEIVED, access, own_lines, said
from specs.ledger.changes import INTERRUPT_KEPT_QUIET, SIGNALS_RAISED_AGAIN, STARTUP_FAILS_WITH_3
from specs.ledger.raw_requests import LAST
from starlette_conformance.http.client import Client
from starlette_conformance.model.expectations import ABSENT, history, since
from starlette_conformance.model.log_lines import Lines
from starlette_conformance.process.app_server import Server

Start = Callable[[int], Server]

STARTS = [
    "INFO TIME - Starting server...",
    *said("INFO", "Started server process [PID]"),
    *said("INFO", "Waiting for application startup."),
    *said("INFO", "Application startup complete."),
]
STOPS = [
    *said("INFO", "Waiting for application shutdown."),
    *said("INFO", "Application shutdown complete."),
]
FINISHES = [
    *said("INFO", "Shutting down"),
    *STOPS,
    *said("INFO", "Finished server process [PID]"),
]


def between(line: str) -> object:
    """A line of the releases that raise the interrupt again."""
    return history(ABSENT, (SIGNALS_RAISED_AGAIN, line), (INTERRUPT_KEPT_QUIET, ABSENT))


INTERRUPTED = [
    between("Traceback (most recent call last):"),
    between("asyncio.exceptions.CancelledError"),
    between("During handling of the above exception, another exception occurred:"),
    between("Traceback (most recent call last):"),
    between("KeyboardInterrupt"),
]
"""What is left of the traceback of a KeyboardInterrupt."""

ENDS = {
    signal.SIGTERM: (since(SIGNALS_RAISED_AGAIN, "-15", before="0"), []),
    signal.SIGINT: (
        history("0", (SIGNALS_RAISED_AGAIN, "-2"), (INTERRUPT_KEPT_QUIET, "0")),
        INTERRUPTED,
    ),
}


def logged(server: Server) -> list[str]:
    """What it logged, the process id written PID."""
    lines = own_lines(server.log.lines())
    return [re.sub(r"process \[\d+\]", "process [PID]", line) for line in lines]


def running(port: int) -> list[object]:
    return said("INFO", f"Uvicorn running on http://127.0.0.1:{port} (Press CTRL+C to quit)")


@pytest.mark.source("uvicorn docs settings", "primer log lines")
@pytest.mark.parametrize("by", ENDS)
def test_stops_when_it_is_told_to(
    to_be_ended: dict[signal.Signals, Server], by: signal.Signals
) -> None:
    server = to_be_ended[by]
    client = Client(server.app, server.environment, server.port(), server.log, lambda _: None)
    exchange = client.raw(LAST)  # only once it answers is its start over
    status, last_words = ENDS[by]
    lines = Lines([str(server.stop(by)), *logged(server)], server.environment)
    while_running = [*running(client.port), RECEIVED, access(exchange, "GET / HTTP/1.1")]
    assert lines == [status, *STARTS, *while_running, *FINISHES, *last_words]


@pytest.mark.source("uvicorn docs settings")
def test_does_not_start_where_the_port_is_taken(hello: Client, start: Start) -> None:
    server = start(hello.port)
    lines = Lines([str(server.ended()), *logged(server)], server.environment)
    taken = (
        f"[Errno 98] error while attempting to bind on address ('127.0.0.1', {hello.port}): "
        "address already in use"
    )
    status = since(STARTUP_FAILS_WITH_3, "3", before="1")
    assert lines == [status, *STARTS, *said("ERROR", taken), *STOPS]

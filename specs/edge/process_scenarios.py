"""hello: from its start to its exit status."""

import signal

from specs.edge.logs import PORT_TAKEN, RECEIVED, access, own_lines, said
from specs.ledger.changes import INTERRUPT_KEPT_QUIET, SIGNALS_RAISED_AGAIN, STARTUP_FAILS_WITH_3
from specs.ledger.raw_requests import LAST
from starlette_conformance.model.expectations import ABSENT, history, since
from starlette_conformance.model.observations import ExitStatus, LogLines
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadToEnd, Send, Signal

STARTS = [
    "INFO TIME - Starting server...",
    *said("INFO", "Started server process [PID]"),
    *said("INFO", "Waiting for application startup."),
    *said("INFO", "Application startup complete."),
]
RUNS = said("INFO", "Uvicorn running on http://127.0.0.1:PORT (Press CTRL+C to quit)")
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

STOPPED = [
    Scenario(
        f"{number.name} after a request",
        "hello",
        (Send("a", LAST), ReadToEnd("a"), Signal(number)),
        {
            ExitStatus(): status,
            LogLines(own_lines): [
                *STARTS,
                *RUNS,
                RECEIVED,
                access("a", "GET / HTTP/1.1"),
                *FINISHES,
                *last_words,
            ],
        },
    )
    for number, (status, last_words) in ENDS.items()
]

TAKEN = Scenario(
    "its port is taken",
    "hello",
    (),
    {
        ExitStatus(): since(STARTUP_FAILS_WITH_3, "3", before="1"),
        LogLines(own_lines): [
            *STARTS,
            *said("ERROR", PORT_TAKEN),
            *STOPS,
        ],
    },
    taken=True,
)

SCENARIOS = [*STOPPED, TAKEN]

"""hello: a worker of some dies, all die, or one hangs, and then the server is stopped.

Workers are replaced since uvicorn 0.30.0. Before, nobody served once all were dead, but the parent
still listened.
"""

import signal

from specs.ledger.changes import WORKERS_REPLACED, WORKERS_REPLACED_TOGETHER
from specs.ledger.raw_requests import GOODBYE, LAST
from specs.shutdown.start_scenarios import END_OF_PARENT, PARENTS, heard_by_parent
from specs.starts.lines import of_parent, running
from starlette_conformance.model.expectations import ABSENT, Response, history, since
from starlette_conformance.model.observations import ExitStatus, LogLines, ResponseOn
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import AwaitLines, ReadToEnd, Send, Signal, SignalWorkers

START = "uvicorn --workers 2"
UP = "Application startup complete."
REPLACED_SECONDS = 6.0
"""Until another worker is up, on busy cores. The parent looks twice a second."""
HANGS_SECONDS = 5.0
"""How long it waits for a sign of life of a worker."""
SECONDS = 8.0

UNSERVED = Response(0, reason="", version="", ending=f"no response within {SECONDS:g} s")
LOG = [
    running(START),
    "INFO:     Started parent process [PID]",
    *(
        since(WORKERS_REPLACED, f"INFO:     {line}", before=ABSENT)
        for line in (
            "Waiting for child process [PID]",
            "Child process [PID] died",
            "Received SIGTERM, exiting.",
            *["Terminated child process [PID]"] * 2,
            *["Waiting for child process [PID]"] * 2,
        )
    ),
    heard_by_parent(PARENTS[START]),
]


def one_worker(name: str, number: signal.Signals, seconds: float, *needs: str) -> Scenario:
    return Scenario(
        name,
        "hello",
        (
            AwaitLines(UP, 2, REPLACED_SECONDS),
            SignalWorkers(number, 1),
            AwaitLines(UP, 3, seconds),
            *(Send("a client", LAST), ReadToEnd("a client")),
            Signal(signal.SIGTERM),
        ),
        {ResponseOn("a client"): GOODBYE, ExitStatus(): END_OF_PARENT, LogLines(of_parent): LOG},
        start=START,
        slow=True,
        by_change=True,
        needs=needs,
    )


DIES = one_worker("one of two workers is killed", signal.SIGKILL, REPLACED_SECONDS)
HANGS = one_worker(
    "one of two workers hangs",
    signal.SIGSTOP,
    HANGS_SECONDS + REPLACED_SECONDS,
    "uvicorn>=0.30.0",
)
ALL_DIE = Scenario(
    "both workers are killed, and a client comes",
    "hello",
    (
        AwaitLines(UP, 2, REPLACED_SECONDS),
        SignalWorkers(signal.SIGKILL, 2),
        *(Send("a client", LAST), ReadToEnd("a client")),
        Signal(signal.SIGTERM),
    ),
    {
        ResponseOn("a client"): since(WORKERS_REPLACED, GOODBYE, before=UNSERVED),
        ExitStatus(): history("0", (WORKERS_REPLACED, "-9"), (WORKERS_REPLACED_TOGETHER, "0")),
    },
    start=START,
    slow=True,
    by_change=True,
    seconds=SECONDS,
)

SCENARIOS = [DIES, HANGS, ALL_DIE]

"""hello: from its start to its end, where a command starts the server, and what stops a start."""

import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specs.edge.logs import PORT_TAKEN
from specs.ledger.changes import (
    PARENT_IMPORTS_APP,
    SOCKET_REMOVED_IN_ANY_CASE,
    STARTUP_FAILS_WITH_3,
    WORKER_ENDS_PARENT,
    WORKERS_REPLACED,
)
from specs.ledger.raw_requests import LAST
from specs.ledger.responses import in_each_phase
from specs.shutdown.scenarios import LOG
from specs.shutdown.start_scenarios import (
    END_OF_PARENT,
    LINES,
    PARENTS,
    SOCKET_FILES,
    STATUSES,
    heard_by_parent,
)
from specs.starts.lines import (
    ADDRESSES,
    ALONE,
    ENDED,
    UP,
    access,
    last,
    of_parent,
    of_parent_once,
    own,
    running,
)
from starlette_conformance.model.chance import one_of
from starlette_conformance.model.expectations import ABSENT, history, since
from starlette_conformance.model.observations import (
    EndsIn,
    ExitStatus,
    LogLines,
    Observation,
    SocketFile,
    SocketMode,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import Pause, ReadToEnd, Send, Signal, Step

FAILS = since(STARTUP_FAILS_WITH_3, "3", before="1")
TAKEN_PORT = "ERROR:    [Errno 98] Address already in use"
TAKEN_HOST = in_each_phase(PORT_TAKEN, "ERROR:    ".__add__)
STARTED_PARENT = "INFO:     Started parent process [PID]"
STOPPED_PARENT = PARENTS["uvicorn --workers 2"]
IMPORT_FAILED = 'ERROR:    Error loading ASGI app. Could not import module "missing".'
IMPORT_SECONDS = 8


def scenario(
    name: str,
    start: str,
    steps: tuple[Step, ...],
    expected: Mapping[Observation, Any],
    taken: bool = False,
    missing: bool = False,
) -> Scenario:
    return Scenario(
        f"{name}, started by `{start}`",
        "hello",
        steps,
        expected,
        start=start,
        taken=taken,
        missing=missing,
        slow=True,
        by_change=True,
    )


def stopped(start: str, number: signal.Signals, expected: Mapping[Observation, Any]) -> Scenario:
    steps = (Send("a", LAST), ReadToEnd("a"), Signal(number))
    return scenario(f"{number.name} after a request", start, steps, expected)


def of_one_process(start: str, number: signal.Signals) -> dict[Observation, Any]:
    begins = [*UP, running(start), access(start)]
    lines = in_each_phase(LINES[number], lambda ends: [*begins, *ends])
    expected: dict[Observation, Any] = {ExitStatus(): STATUSES[number], LogLines(own): lines}
    if start == "uvicorn --uds":
        expected[SocketFile()] = SOCKET_FILES[number]
    return expected


def of_workers(number: signal.Signals) -> dict[Observation, Any]:
    about_workers = [
        f"INFO:     Received {number.name}, exiting.",
        *["INFO:     Terminated child process [PID]"] * 2,
        *["INFO:     Waiting for child process [PID]"] * 2,
    ]
    lines = [
        running("uvicorn --workers 2"),
        STARTED_PARENT,
        *(since(WORKERS_REPLACED, line, before=ABSENT) for line in about_workers),
        heard_by_parent(STOPPED_PARENT),
    ]
    return {ExitStatus(): END_OF_PARENT, LogLines(of_parent): lines}


def of_reloader() -> dict[Observation, Any]:
    start = "uvicorn --reload"
    ends = map(heard_by_parent, [*LOG, PARENTS[start]])
    lines = [running(start), *UP, access(start), *ends]
    return {ExitStatus(): END_OF_PARENT, LogLines(own): lines}


STOPPED = [
    stopped(start, number, expected)
    for number in (signal.SIGTERM, signal.SIGINT)
    for start, expected in {
        **{start: of_one_process(start, number) for start in ALONE},
        "uvicorn --workers 2": of_workers(number),
        "uvicorn --reload": of_reloader(),
    }.items()
]

HEARD_SECONDS = {signal.SIGHUP: 5, signal.SIGTTIN: 1, signal.SIGTTOU: 1}
"""Until the parent has done most of what a signal wants. It hears of another one behind that."""
GONE = ["INFO:     Terminated child process [PID]", "INFO:     Waiting for child process [PID]"]
TOLD = {
    signal.SIGHUP: ["Received SIGHUP, restarting processes."],
    signal.SIGTTIN: ["Received SIGTTIN, increasing the number of processes."],
    signal.SIGTTOU: ["Received SIGTTOU, decreasing number of processes."],
}
LEAVE = {signal.SIGHUP: 2, signal.SIGTTIN: 0, signal.SIGTTOU: 1}
"""How many workers end by a signal."""
STAY = {signal.SIGHUP: 2, signal.SIGTTIN: 3, signal.SIGTTOU: 1}


def told(number: signal.Signals) -> Scenario:
    """A signal about workers, and then one to end."""
    steps = (Signal(number), Pause(HEARD_SECONDS[number]), Signal(signal.SIGTERM))
    terminated, waited = GONE
    lines = [
        *(running("uvicorn --workers 2"), STARTED_PARENT),
        *(f"INFO:     {line}" for line in TOLD[number]),
        *GONE * LEAVE[number],
        *("INFO:     Received SIGTERM, exiting.", *[terminated] * STAY[number]),
        *([waited] * STAY[number]),
        heard_by_parent(STOPPED_PARENT),
    ]
    expected = {ExitStatus(): END_OF_PARENT, LogLines(of_parent): lines}
    found = scenario(f"{number.name} and SIGTERM", "uvicorn --workers 2", steps, expected)
    return replace(found, needs=("uvicorn>=0.30.0",))


WORKERS = [told(number) for number in TOLD]

OPEN_TO_ALL = scenario(
    "anybody may use its socket",
    "uvicorn --uds",
    (Send("a", LAST), ReadToEnd("a")),
    {SocketMode(): "666"},
)
"""A proxy runs as another user."""

NOT_BOUND: dict[str, dict[Observation, Any]] = {
    "uvicorn": {
        ExitStatus(): FAILS,
        LogLines(own): [*UP, TAKEN_HOST, *ENDED],
    },
    "uvicorn --fd 0": {
        ExitStatus(): "1",
        LogLines(last): ["OSError: [Errno 88] Socket operation on non-socket"],
    },
    "uvicorn --uds": {
        ExitStatus(): "1",
        LogLines(last): ["OSError: [Errno 98] Address 'PATH' is already in use"],
        SocketFile(): since(SOCKET_REMOVED_IN_ANY_CASE, "removed", before="left"),
    },
    "uvicorn --workers 2": {ExitStatus(): FAILS, LogLines(own): [TAKEN_PORT]},
    "uvicorn --reload": {ExitStatus(): FAILS, LogLines(own): [TAKEN_PORT]},
}
TAKEN = [
    scenario("it cannot listen", start, (), NOT_BOUND[start], taken=True) for start in ADDRESSES
]

GOES_ON, ENDS = f"not within {IMPORT_SECONDS} s", f"within {IMPORT_SECONDS} s"
COMES_UP = [running("uvicorn --workers 2"), STARTED_PARENT]
WORKER_DIED = "INFO:     Child process [PID] died"
WORKER_FAILED = "ERROR:    Child process [PID] failed to start, stopping the parent process."
PARENTS_OF_NONE: dict[str, dict[Observation, Any]] = {
    "uvicorn --workers 2": {
        EndsIn(IMPORT_SECONDS): history(
            GOES_ON, (PARENT_IMPORTS_APP, ENDS), (WORKER_ENDS_PARENT, one_of(ENDS, GOES_ON))
        ),
        ExitStatus(): history(
            "-9", (PARENT_IMPORTS_APP, "1"), (WORKER_ENDS_PARENT, one_of("0", "-9"))
        ),
        LogLines(of_parent_once): history(
            COMES_UP,
            (WORKERS_REPLACED, one_of([*COMES_UP, WORKER_DIED], COMES_UP)),
            (PARENT_IMPORTS_APP, []),
            (
                WORKER_ENDS_PARENT,
                one_of([*COMES_UP, WORKER_FAILED, STOPPED_PARENT], COMES_UP),
            ),
        ),
    },
    "uvicorn --reload": {
        EndsIn(IMPORT_SECONDS): since(PARENT_IMPORTS_APP, ENDS, before=GOES_ON),
        ExitStatus(): since(PARENT_IMPORTS_APP, "1", before="-9"),
        LogLines(own): since(
            PARENT_IMPORTS_APP,
            [IMPORT_FAILED],
            before=[running("uvicorn --reload"), IMPORT_FAILED],
        ),
    },
}
"""What parents come to whose workers cannot import the app. One that asks a worker for a sign of
life while that ends waits 5 s for it: on busy cores it has not noticed its end by then.
"""

NOT_IMPORTED = {
    **{start: {ExitStatus(): FAILS, LogLines(own): [IMPORT_FAILED]} for start in ALONE},
    **PARENTS_OF_NONE,
}
MISSING = [
    scenario("its app cannot be imported", start, (), NOT_IMPORTED[start], missing=True)
    for start in ADDRESSES
]

SCENARIOS = [*STOPPED, *WORKERS, OPEN_TO_ALL, *TAKEN, *MISSING]

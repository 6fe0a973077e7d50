"""sse: what a signal does to open streams where the server was started by a command.

sse-starlette puts a handler of its own in the place of uvicorn's when it is imported. uvicorn has
its signal handlers before it imports the app, since 0.29.0: then that comes too late.
"""

import signal
from typing import Any

from specs.ledger.changes import (
    APP_BEFORE_HANDLERS,
    HANDLERS_BEFORE_APP,
    INTERRUPT_KEPT_QUIET,
    LATE_IMPORT_HEARS,
    PARENT_ENDS_CHILDREN,
    SIGNAL_CUTS_STREAMS,
    SIGNAL_ENDS_STREAMS,
    SIGNAL_UNHEARD,
    SIGNALS_RAISED_AGAIN,
    SOCKET_REMOVED,
    SOCKET_REMOVED_IN_ANY_CASE,
    UNIX_SOCKET_REMOVED,
)
from specs.ledger.streams import CUT, LEFT
from specs.shutdown.scenarios import (
    INTERVAL,
    LOG,
    ON,
    STATUS,
    STREAMS,
    UNHEARD,
    UP,
    listening,
    only,
    own,
    where,
)
from starlette_conformance.model.expectations import ABSENT, WHOLE, history, since
from starlette_conformance.model.observations import ExitStatus, LogLines, ResponseOn, SocketFile
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import MarkLog, ReadChunks, Signal

HEARD = since(
    SIGNAL_UNHEARD,
    UNHEARD,
    before=history(UNHEARD, (SIGNAL_ENDS_STREAMS, WHOLE), (SIGNAL_CUTS_STREAMS, CUT)),
)
"""How a stream ends where sse-starlette's handler is in its place in time."""

IN_CHILD = since(LATE_IMPORT_HEARS, CUT, before=since(HANDLERS_BEFORE_APP, UNHEARD, before=HEARD))
ALONE = since(
    LATE_IMPORT_HEARS,
    CUT,
    before=since(
        APP_BEFORE_HANDLERS, HEARD, before=since(HANDLERS_BEFORE_APP, UNHEARD, before=HEARD)
    ),
)


SOCKET_FILES = {
    signal.SIGTERM: history(
        "left",
        (SOCKET_REMOVED, "removed"),
        (SIGNALS_RAISED_AGAIN, "left"),
        (UNIX_SOCKET_REMOVED, "removed"),
    ),
    signal.SIGINT: history(
        "left",
        (SOCKET_REMOVED, "removed"),
        (SIGNALS_RAISED_AGAIN, "left"),
        (SOCKET_REMOVED_IN_ANY_CASE, "removed"),
        (UNIX_SOCKET_REMOVED, "removed"),
    ),
}
"""A signal that uvicorn raises again ends the process before uvicorn removes the file."""


def started_by(
    start: str,
    number: signal.Signals,
    ending: Any,
    expected: dict[Any, Any],
    by_change: bool = False,
) -> Scenario:
    return Scenario(
        f"{number.name} beside a stream, started by `{start}`",
        "sse",
        (*UP, *listening(["stream"]), MarkLog(), Signal(number), ReadChunks("stream", ON)),
        {ResponseOn("stream"): where(ending, STREAMS), **expected},
        interval=INTERVAL,
        start=start,
        slow=True,
        by_change=by_change,
    )


STATUSES = {
    signal.SIGTERM: STATUS[signal.SIGTERM],
    signal.SIGINT: history("0", (SIGNALS_RAISED_AGAIN, "1"), (INTERRUPT_KEPT_QUIET, "0")),
}
LINES = {
    signal.SIGTERM: LOG,
    signal.SIGINT: history(
        LOG, (SIGNALS_RAISED_AGAIN, [*LOG, "Aborted!"]), (INTERRUPT_KEPT_QUIET, LOG)
    ),
}
"""uvicorn's command reports a KeyboardInterrupt in a word."""


def by_one_process(start: str, number: signal.Signals, by_change: bool = False) -> Scenario:
    expected: dict[Any, Any] = {ExitStatus(): STATUSES[number], LogLines(own): LINES[number]}
    if start == "uvicorn --uds":
        expected[SocketFile()] = SOCKET_FILES[number]
    return started_by(start, number, ALONE, expected, by_change)


BY_MODULE = [by_one_process("uvicorn", number) for number in STATUSES]
ELSEWHERE = [
    by_one_process(start, number, by_change=number == signal.SIGINT)
    for start in ("uvicorn --fd 0", "uvicorn --uds")
    for number in STATUSES
]
"""It listens on a socket that it inherits, or on a Unix socket."""


PARENTS = {
    "uvicorn --workers 2": "INFO:     Stopping parent process [PID]",
    "uvicorn --reload": "INFO:     Stopping reloader process [PID]",
}
END_OF_PARENT = since(PARENT_ENDS_CHILDREN, "0", before="-9")
"""One that waits for ever is killed by us."""


def heard_by_parent(line: str) -> since:
    """A line of a parent, or of its child, that has heard of a signal."""
    return since(PARENT_ENDS_CHILDREN, line, before=ABSENT)


BY_PARENT = [
    started_by(
        start,
        signal.SIGTERM,
        since(PARENT_ENDS_CHILDREN, IN_CHILD, before=LEFT),
        {
            ExitStatus(): END_OF_PARENT,
            LogLines(only(line)): [heard_by_parent(line)],
        },
    )
    for start, line in PARENTS.items()
]

SCENARIOS = [*BY_MODULE, *ELSEWHERE, *BY_PARENT]

"""sse: what a signal does to open streams where the server was started by `uvicorn module:app`.

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
    SIGNAL_CUTS_STREAMS,
    SIGNAL_ENDS_STREAMS,
    SIGNAL_UNHEARD,
    SIGNALS_RAISED_AGAIN,
)
from specs.ledger.streams import CUT
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
from starlette_conformance.model.expectations import WHOLE, history, since
from starlette_conformance.model.scenario import ExitStatus, LogLines, ResponseOn, Scenario
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


def started_by(
    start: str, number: signal.Signals, ending: Any, expected: dict[Any, Any]
) -> Scenario:
    return Scenario(
        f"{number.name} beside a stream, started by `{start}`",
        "sse",
        (*UP, *listening(["stream"]), MarkLog(), Signal(number), ReadChunks("stream", ON)),
        {ResponseOn("stream"): where(ending, STREAMS), **expected},
        interval=INTERVAL,
        start=start,
        slow=True,
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

BY_MODULE = [
    started_by(
        "uvicorn", number, ALONE, {ExitStatus(): STATUSES[number], LogLines(own): LINES[number]}
    )
    for number in STATUSES
]

PARENTS = {
    "uvicorn --workers 2": "INFO:     Stopping parent process [PID]",
    "uvicorn --reload": "INFO:     Stopping reloader process [PID]",
}
BY_PARENT = [
    started_by(start, signal.SIGTERM, IN_CHILD, {ExitStatus(): "0", LogLines(only(line)): [line]})
    for start, line in PARENTS.items()
]

SCENARIOS = [*BY_MODULE, *BY_PARENT]

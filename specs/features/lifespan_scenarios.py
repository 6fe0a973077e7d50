"""An app that fails as it starts, and as it ends; one with background tasks."""

import signal
from collections.abc import Sequence

from specs.features.feature_app import SCRIPT, SINCE, request
from specs.shutdown.scenarios import STATUS
from starlette_conformance.model.observations import ExitStatus, LogLines
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadResponses, ReadToEnd, Send, Signal


def ends(lines: Sequence[str]) -> list[str]:
    """What uvicorn logs, but the insides of tracebacks."""
    return [line for line in lines if line.startswith(("INFO:", "ERROR:", "OSError:", "INFO TIME"))]


def of_tasks(lines: Sequence[str]) -> list[str]:
    """What tasks log, and how one fails, which may be logged twice."""
    return list(dict.fromkeys(line for line in lines if line.endswith((" task", "KeyError"))))


PID = "INFO:     Started server process [PID]"
TRACEBACK = "ERROR:    Traceback (most recent call last):"
WAITS = "INFO:     Waiting for application startup."
SCENARIOS = [
    Scenario(
        "its app fails as it starts",
        "hello",
        (),
        {
            ExitStatus(): "3",
            LogLines(ends): [
                PID,
                WAITS,
                "INFO TIME - Begins",
                TRACEBACK,
                "OSError: no startup",
                "ERROR:    Application startup failed. Exiting.",
            ],
        },
        script=SCRIPT,
        options=("--fails", "startup"),
        taken=True,  # it does not come to listen
        needs=(SINCE,),
        slow=True,
    ),
    Scenario(
        "its app fails as it ends",
        "hello",
        (
            Send("a", request("GET /background", (), b"")),
            ReadResponses("a"),
            Signal(signal.SIGTERM),
        ),
        {
            ExitStatus(): STATUS[signal.SIGTERM],
            LogLines(ends): [
                PID,
                WAITS,
                "INFO TIME - Begins",
                "INFO:     Application startup complete.",
                "INFO:     Uvicorn running on http://127.0.0.1:PORT (Press CTRL+C to quit)",
                'INFO:     127.0.0.1:a - "GET /background HTTP/1.1" 200 OK',
                "INFO TIME - First task",
                "INFO TIME - Second task",
                "INFO:     Shutting down",
                "INFO:     Waiting for application shutdown.",
                "INFO TIME - Ends",
                TRACEBACK,
                "OSError: no shutdown",
                "ERROR:    Application shutdown failed. Exiting.",
                "INFO:     Finished server process [PID]",
            ],
        },
        script=SCRIPT,
        options=("--fails", "shutdown"),
        needs=(SINCE,),
        slow=True,
    ),
    Scenario(
        "the second of three background tasks fails",
        "hello",
        (Send("a", request("GET /background?fails", (), b"")), ReadToEnd("a")),
        {LogLines(of_tasks): ["INFO TIME - First task", "    raise KeyError", "KeyError"]},
        script=SCRIPT,
        needs=(SINCE,),
        slow=True,
    ),
]

"""hello and sse where gunicorn starts uvicorn's worker: signals, logs, and starts that fail."""

import re
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from specs.ledger.raw_requests import LAST
from specs.shutdown.scenarios import INTERVAL, LOG, ON, STREAMS, UP, listening, where
from specs.shutdown.start_scenarios import HEARD
from specs.starts.lines import UP as STARTED
from starlette_conformance.model.observations import (
    EndsIn,
    ExitStatus,
    LogLines,
    Observation,
    ResponseOn,
)
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.model.steps import ReadChunks, ReadToEnd, Send, Signal, Step

PREFIX = re.compile(r"\[[^]]+\] \[\d+\] \[(\w+)\] ")
"""Time, process and level."""

OF_GUNICORN = re.compile(
    r"\w+: +(Starting gunicorn|Listening at|Using worker|Booting worker|Worker )"
)
"""Lines that name a release, a process id or a worker, whose end gunicorn logs as it likes."""


def without_workers(lines: Sequence[str]) -> list[str]:
    """The lines of uvicorn, written as by itself, and what gunicorn says of the whole."""
    bare = (PREFIX.sub(lambda found: f"{found[1]}:".ljust(10), line) for line in lines)
    return [line for line in bare if not OF_GUNICORN.match(line)]


def only(text: str) -> Callable[[Sequence[str]], list[str]]:
    return lambda lines: [line for line in without_workers(lines) if text in line]


def scenario(
    name: str,
    variant: str,
    steps: tuple[Step, ...],
    expected: Mapping[Observation, Any],
    **more: Any,
) -> Scenario:
    name = f"{name}, behind gunicorn"
    return Scenario(
        name, variant, steps, expected, start="gunicorn", needs=("gunicorn",), slow=True, **more
    )


MASTER = "INFO:     Shutting down: Master"
REQUEST = (Send("a", LAST), ReadToEnd("a"))

AFTER_A_REQUEST = scenario(
    "SIGTERM after a request",
    "hello",
    (*REQUEST, Signal(signal.SIGTERM)),
    {
        ExitStatus(): "0",
        LogLines(without_workers): [*STARTED, "INFO:     Handling signal: term", *LOG, MASTER],
    },
)
"""Nobody has asked gunicorn for an access log, so there is none."""

BESIDE_A_STREAM = scenario(
    "SIGTERM beside a stream",
    "sse",
    (*UP, *listening(["stream"]), Signal(signal.SIGTERM), ReadChunks("stream", ON)),
    {
        ResponseOn("stream"): where(HEARD, STREAMS),
        ExitStatus(): "0",
        LogLines(only("Master")): [MASTER],
    },
    interval=INTERVAL,
)

INTERRUPTED = scenario(
    "SIGINT after a request",
    "hello",
    (*REQUEST, Signal(signal.SIGINT)),
    {
        EndsIn(5): "not within 5 s",
        LogLines(without_workers): [*STARTED, "INFO:     Handling signal: int"],
    },
)
"""gunicorn sends SIGQUIT to its worker, which only takes note of it, and kills it after 30 s."""

TAKEN = scenario(
    "its port is taken",
    "hello",
    (),
    {
        EndsIn(15): "within 15 s",
        ExitStatus(): "1",
        LogLines(only("Can't")): ["ERROR:    Can't connect to ('127.0.0.1', PORT)"],
    },
    taken=True,
)
"""It tries five times, a second each."""

MISSING = scenario(
    "its app cannot be imported",
    "hello",
    (),
    {
        ExitStatus(): "3",
        LogLines(only("Reason")): ["ERROR:    Reason: Worker failed to boot."],
    },
    missing=True,
)

SCENARIOS = [AFTER_A_REQUEST, BESIDE_A_STREAM, INTERRUPTED, TAKEN, MISSING]

"""Leaks, hangs and races that releases have or had: what is counted before, with and after each.

    python -m studies.known_faults

plays the scenarios of `specs/resilience/` that show them on a release with the fault, and on one
before it and one behind it, where there are such; it prints a Markdown table. Where a release with
the fault counts as another one does, the row says so, and it exits with 1.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from starlette_conformance.model.expectations import Response
from starlette_conformance.model.scenario import Scenario
from starlette_conformance.output.printing import write_line
from starlette_conformance.scenarios.stage import Stage
from starlette_conformance.stacks.project import ledger
from starlette_conformance.stacks.targets import made, one

SHUTDOWN = "sse-starlette-3.7.0-uvicorn-{}"
UVICORN = "uvicorn-{}-sse-starlette-3.7.0-httptools"
SSE = "sse-starlette-{}-starlette-1.10.0"
STARLETTE = "starlette-{}-uvicorn-0.54.0-h11-0.16.0"

Count = Callable[[Scenario, str, str], str]
"""What a scenario comes to by one observation, on a stack."""


@dataclass(frozen=True)
class Fault:
    """The scenario shows it by what is `counted`, on the second of the `releases`. The first is one
    before it, the third one behind it; empty where there is none on the axis of the `stack`. Where
    every release has it, `beside` is a scenario that is right on the same one.
    """

    what: str
    stack: str
    releases: tuple[str, str, str]
    scenario: str
    counted: str
    beside: str = ""


TASKS, REQUESTS, CONNECTIONS = "tasks kept", "requests kept", "connections kept"
LOG, FAILURES, STREAM, RESPONSES = "log", "log of failures", "the stream", "client"
ENDS = "end of the server"
SECOND = "another server of its process {}, and a stream is requested"
LEAVE_STREAM = "3 clients leave a stream, without a BaseHTTPMiddleware"
LEAVE_SLOW = "3 clients leave before a slow response is there, behind {}"
NOTICE = "3 clients leave a handler that waits until they do, behind one"
FAULTS = (
    Fault(
        "closed connections are kept",
        *(UVICORN, ("", "0.18.2", "0.18.3")),
        *("200 clients disconnect after a response", CONNECTIONS),
    ),
    Fault(
        "reset connections are kept",
        *(UVICORN, ("", "0.54.0", "")),
        *("200 clients reset after a response", CONNECTIONS),
        beside="200 clients disconnect after a response",
    ),
    Fault(
        "a client that leaves is an error of the app (uvicorn#2271)",
        *(UVICORN, ("0.27.1", "0.28.0", "0.28.1"), LEAVE_STREAM, FAILURES),
    ),
    Fault(
        "a stream goes on whose client has left",
        *(UVICORN, ("0.27.1", "0.28.1", "0.32.1"), LEAVE_STREAM, REQUESTS),
    ),
    Fault(
        "the deadline of a shutdown is not there",
        *(UVICORN, ("", "0.21.1", "0.22.0")),
        *("SIGTERM beside /endless, by --timeout-graceful-shutdown 1", ENDS),
    ),
    Fault(
        "the keep-alive time ends a response that waits",
        *(UVICORN, ("", "0.27.0", "0.27.1")),
        *("a client sends two slow requests at once, by --timeout-keep-alive 0", RESPONSES),
    ),
    Fault(
        "after the last request it waits for streams",
        *(SHUTDOWN, ("0.44.0", "0.54.0", "")),
        *("a client sends a request beside /endless, by --limit-max-requests 1", ENDS),
    ),
    Fault(
        "a watcher is left by each stream (sse-starlette#152)",
        *(SSE, ("3.0.4", "3.1.1", "3.1.2")),
        *("30 clients of streams disconnect after an event", TASKS),
    ),
    Fault(
        "an event is bound to the first loop (sse-starlette#59, #135, #140)",
        *(SSE, ("1.6.0", "2.4.1", "3.0.0"), SECOND.format("has ended"), STREAM),
    ),
    Fault(
        "an exit flag is copied (sse-starlette#211)",
        *(SSE, ("3.1.0", "3.4.11", "3.5.0"), SECOND.format("has ended beside a stream"), STREAM),
    ),
    Fault(
        "an exit flag stays after SIGTERM",
        *(SSE, ("0.5.2", "3.7.0", ""), SECOND.format("was ended by SIGTERM"), STREAM),
    ),
    Fault(
        "a client that leaves cancels background tasks (starlette#1438)",
        *(STARLETTE, ("", "0.20.4", "0.21.0"), LEAVE_SLOW.format("one"), LOG),
    ),
    Fault(
        "a handler does not notice that its client has left",
        *(STARLETTE, ("0.20.4", "1.10.0", ""), NOTICE, REQUESTS),
    ),
    Fault(
        "no response is an error behind four middlewares (starlette#2516)",
        *(STARLETTE, ("0.27.0", "0.28.0", "0.38.3")),
        *(LEAVE_SLOW.format("four of them"), FAILURES),
    ),
    Fault(
        "background tasks of a middleware are lost (starlette#2687)",
        *(STARLETTE, ("0.38.2", "0.38.3", "0.38.5"), "3 clients read a response, behind one", LOG),
    ),
)


def table(faults: Sequence[Fault], scenarios: Sequence[Scenario], count: Count) -> Iterator[str]:
    """A row for each fault. What a release counts stands behind its version."""
    yield "| fault | counted | before | with it | after |"
    yield "| --- | --- | --- | --- | --- |"
    named = {scenario.name: scenario for scenario in scenarios}
    for fault in faults:
        before, with_it, after = (
            count(named[fault.scenario], fault.counted, fault.stack.format(release))
            if release
            else ""
            for release in fault.releases
        )
        cells = [f"{r}: {n}" for r, n in zip(fault.releases, (before, with_it, after), strict=True)]
        if fault.beside:
            stack = fault.stack.format(fault.releases[1])
            before = count(named[fault.beside], fault.counted, stack)
            cells[0] = f"{fault.beside}: {before}"
        right = {each for each in (before, after) if each}
        what = fault.what if right and with_it not in right else f"NOT SHOWN: {fault.what}"
        counted = f"{fault.scenario}: {fault.counted}"
        yield f"| {' | '.join([what, counted, *(each.strip(': ') or '-' for each in cells)])} |"


def played(scenario: Scenario, counted: str, stack: str) -> str:
    with Stage(made(one(stack))) as stage:
        return number_of(stage.play(scenario).outcome[counted])


def number_of(observed: str | Response | Sequence[str | Response]) -> str:
    """A count as it is; of a stream its events, of a log its lines."""
    if isinstance(observed, str):
        return observed
    if isinstance(observed, Response):
        return _counted(len(observed.body), "event")
    is_response = any(isinstance(each, Response) for each in observed)
    return _counted(len(observed), "response" if is_response else "line")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def main() -> int:
    lines = list(table(FAULTS, ledger().scenarios, played))
    for line in lines:
        write_line(line)
    return int(any("NOT SHOWN" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())

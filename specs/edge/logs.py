"""What uvicorn logs, and how often."""

from collections.abc import Iterator, Sequence
from typing import Any

from specs.ledger.changes import BIND_ERROR_NUMBERED, LOGGED_ONCE, LOGGING_UNCONFIGURED
from specs.ledger.responses import in_each_phase
from starlette_conformance.model.expectations import ABSENT, since

RECEIVED = "INFO TIME - Received request: GET"
NOT_BOUND = "[Errno 98] error while attempting to bind on address ('127.0.0.1', PORT): "
PORT_TAKEN = since(
    BIND_ERROR_NUMBERED,
    f"{NOT_BOUND}[errno 98] address already in use",
    before=f"{NOT_BOUND}address already in use",
)
TRACEBACK = "Traceback (most recent call last):"
CANCELLED = (
    "ERROR TIME - Exception in callback StreamReaderProtocol.",
    "handle: <Handle StreamReaderProtocol.",
    TRACEBACK,
    "asyncio.exceptions.CancelledError",
)
"""How the lines begin that uvicorn 0.17.1 logs once a connection has ended."""


def said(level: str, text: Any) -> list[Any]:
    """The lines of one message of uvicorn: its own, and once that of the app's root logger."""
    return [
        since(change, ABSENT, before=in_each_phase(text, before.__add__))
        for change, before in (
            (LOGGING_UNCONFIGURED, f"{level}:".ljust(10)),
            (LOGGED_ONCE, f"{level} TIME - "),
        )
    ]


def access(on: str, request: str, status: str = "200 OK") -> Any:
    """The line in the access log of a request on a connection."""
    return accessed(f"127.0.0.1:{on}", request, status)


def accessed(client: Any, request: str, status: str = "200 OK") -> Any:
    """The same of a client that a proxy names, in each phase."""

    def line(text: str) -> Any:
        unconfigured = f'INFO TIME - {text} - "{request}" {status[:3]}'
        configured = f'INFO:     {text} - "{request}" {status}'
        return since(LOGGING_UNCONFIGURED, unconfigured, before=configured)

    return in_each_phase(client, line)


def own_lines(lines: Sequence[str]) -> list[str]:
    """All lines but the insides of tracebacks, and but those of CANCELLED."""
    kept = [line for line in lines if line and not line.startswith(" ")]
    return list(_without(CANCELLED, kept))


def _without(group: Sequence[str], lines: Sequence[str]) -> Iterator[str]:
    start = 0
    while start < len(lines):
        part = lines[start : start + len(group)]
        if len(part) == len(group) and all(map(str.startswith, part, group)):
            start += len(group)
        else:
            yield lines[start]
            start += 1

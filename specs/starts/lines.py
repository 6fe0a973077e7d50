"""What uvicorn logs by each of its starts, from the first line to the last."""

import re
from collections.abc import Sequence

from specs.shutdown.scenarios import LOG

ADDRESSES = {
    "uvicorn": "http://127.0.0.1:PORT",
    "uvicorn --fd 0": "socket ('127.0.0.1', PORT)",
    "uvicorn --uds": "unix socket PATH",
    "uvicorn --workers 2": "http://127.0.0.1:PORT",
    "uvicorn --reload": "http://127.0.0.1:PORT",
}
ALONE = ("uvicorn", "uvicorn --fd 0", "uvicorn --uds")
"""The starts of one process."""

UP = [
    "INFO:     Started server process [PID]",
    "INFO:     Waiting for application startup.",
    "INFO:     Application startup complete.",
]
ENDED = LOG[1:3]
"""How the app's shutdown is logged."""

TRACE = ("Traceback (most", "ERROR:    Traceback (most", "During handling", "asyncio.exceptions.")
OF_ROOT = re.compile(r"(INFO|ERROR):uvicorn\.")
"""What the root logger logs again, which an app's own logging sets up: see the edge suite."""

WATCHING = ("INFO:     Will watch for changes", "INFO:     Started reloader process")
"""Lines that name a folder of this machine, and what watches it."""

PARENT = re.compile(
    r"INFO:     (Uvicorn running|(Started|Stopping) parent|Received|(Terminated|Waiting for) child"
    r"|Child process)|ERROR:    (Child process|\[Errno)"
)


def running(start: str) -> str:
    return f"INFO:     Uvicorn running on {ADDRESSES[start]} (Press CTRL+C to quit)"


def access(start: str, on: str = "a") -> str:
    """The access log's line of a GET; a Unix socket has no address of a client."""
    client = "" if start == "uvicorn --uds" else f"127.0.0.1:{on}"
    return f'INFO:     {client} - "GET / HTTP/1.1" 200 OK'


def own(lines: Sequence[str]) -> list[str]:
    """All lines of uvicorn but for tracebacks, except their last lines."""
    left_out = (" ", *TRACE, *WATCHING)
    return [line for line in lines if line and not line.startswith(left_out) and _is_own(line)]


def of_parent(lines: Sequence[str]) -> list[str]:
    """The lines of the parent of some workers, whose own come in any order."""
    return [line for line in lines if PARENT.match(line)]


def of_parent_once(lines: Sequence[str]) -> list[str]:
    """Each but once, without those that depend on which worker ends first."""
    chance = ("INFO:     Waiting", "INFO:     Terminated")
    return list(dict.fromkeys(line for line in of_parent(lines) if not line.startswith(chance)))


def last(lines: Sequence[str]) -> list[str]:
    return own(lines)[-1:]


def _is_own(line: str) -> bool:
    return not OF_ROOT.match(line)

"""Processes that hold what a server had: its port, or its log. Linux tells by links in /proc.

A child that left the process group of its server is found by these, whoever its parent is now.
"""

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_IWUSR

LISTENS = "0A"


def listeners(port: int) -> set[str]:
    """The sockets that listen on a port of IPv4, as links in /proc name them."""
    return {link for number, link in _listening() if number == port}


def ports(pid: int) -> set[int]:
    """The ports of IPv4 that a process listens on."""
    links = set(opened(pid))
    return {number for number, link in _listening() if link in links}


def _listening() -> Iterator[tuple[int, str]]:
    with Path("/proc/net/tcp").open(encoding="ascii") as lines:
        next(lines)
        for fields in map(str.split, lines):
            if fields[3] != LISTENS:
                break  # those that listen come first, and of the others there may be thousands
            yield int(fields[1].rpartition(":")[2], 16), f"socket:[{fields[9]}]"


def opened(pid: int) -> Iterator[str]:
    """The pipes and sockets that a process can write to, as links name them.

    Nothing where it has ended. Whoever only reads a pipe does not keep it open for its reader.
    """
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                link = str(descriptor.readlink())
                if link.startswith(("pipe:", "socket:")) and descriptor.lstat().st_mode & S_IWUSR:
                    yield link


def holders(links: Collection[str]) -> list[int]:
    """The other processes that can write to one of these."""
    if not links:
        return []
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and not set(links).isdisjoint(opened(pid))]


def kill_holders(links: Collection[str]) -> list[int]:
    """Kill the other processes that can write to one of these; they are returned."""
    killed = []
    for pid in holders(links):
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(pid)
            try:
                if not set(links).isdisjoint(opened(pid)):  # the number may have gone to another
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                    killed.append(pid)
            finally:
                os.close(pidfd)
    return killed

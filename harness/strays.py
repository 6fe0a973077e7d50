"""Processes that hold what a server had: its port, or its log. Linux tells by links in /proc.

A child that left the process group of its server is found by these, whoever its parent is now.
"""

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

LISTENS = "0A"


def listeners(port: int) -> set[str]:
    """The sockets that listen on a port of IPv4, as links in /proc name them."""
    found = set()
    with Path("/proc/net/tcp").open(encoding="ascii") as lines:
        next(lines)
        for fields in map(str.split, lines):
            if fields[3] != LISTENS:
                break  # those that listen come first, and of the others there may be thousands
            if int(fields[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{fields[9]}]")
    return found


def opened(pid: int) -> Iterator[str]:
    """What a process has open, as links name it; nothing where it has ended."""
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(descriptor.readlink())


def holders(links: Collection[str]) -> list[int]:
    """The other processes that have one of these open."""
    if not links:
        return []
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and not set(links).isdisjoint(opened(pid))]


def kill_holders(links: Collection[str]) -> list[int]:
    """Kill the other processes that have one of these open; they are returned."""
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

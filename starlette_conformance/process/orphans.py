"""Processes that outlive the one that started them.

Those below a server, which each server adopts (`_die_with_parent.py`), and those that hold what it
had: its port, or its log. Links in /proc show it on Linux, whoever their parent is now.
"""

import os
import signal
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IWUSR

import psutil

from starlette_conformance.process._die_with_parent import adopt_orphans

LISTENS = "0A"
COMMAND = 200
"""Characters of a command line that are shown."""
LOOK_SECONDS = 0.01


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


def below(pid: int) -> list[psutil.Process]:
    """The processes below one, those that it adopted too."""
    found = []
    for child in _children(pid):
        with suppress(psutil.Error):
            found.append(psutil.Process(child))
        found += below(child)
    return [each for each in found if _lives(each)]


def _children(pid: int) -> list[int]:
    """As the kernel lists them by thread, where it does; psutil would look at every process."""
    try:
        lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        return [int(child) for each in lists for child in each.read_text("ascii").split()]
    except OSError:
        if Path("/proc/self/task", str(os.getpid()), "children").exists():
            return []  # it has ended
        with suppress(psutil.Error):
            return [each.pid for each in psutil.Process(pid).children()]
        return []


def kill_left(processes: Sequence[psutil.Process], seconds: float = 0.0) -> list[str]:
    """Kill those that are still there after so many seconds; their ids and command lines."""
    deadline = time.monotonic() + seconds
    while (left := [each for each in processes if _lives(each)]) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    named = [_named(each) for each in left]
    for each in left:
        with suppress(psutil.Error):
            each.kill()
    return named


@contextmanager
def none_left(seconds: float) -> Iterator[list[str]]:
    """What is left below this process by what was started within is killed, and named."""
    adopt_orphans()
    before, left = below(os.getpid()), list[str]()
    try:
        yield left
    finally:
        left += kill_left([each for each in below(os.getpid()) if each not in before], seconds)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _named(process: psutil.Process) -> str:
    try:
        return f"process {process.pid} ({' '.join(process.cmdline())[:COMMAND]})"
    except psutil.Error:
        return f"process {process.pid}"

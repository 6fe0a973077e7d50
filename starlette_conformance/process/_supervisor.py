"""Run a program of which nothing is left: `python supervisor.py PARENT CHANNEL PROGRAM ...`.

The supervisor stays as the program's parent. Once PARENT, the harness, has died, even by SIGKILL,
or has shut its end of CHANNEL, a socket of packets, the supervisor kills all that is below it. That
includes detached daemons: the kernel makes their nearest ancestor that adopts orphans their parent
(PR_SET_CHILD_SUBREAPER, prctl(2)). CHANNEL gets the program's process id first and its status last,
-N where signal N ended it. Where the supervisor itself is killed, the program dies with it, and the
harness adopts the rest. Linux only.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SECONDS = 10.0
"""How long what is killed may take to end: the kernel may hold it up."""
LOOK_SECONDS = 0.005


def main() -> None:
    parent, channel = int(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    channel.set_inheritable(False)
    harness = os.pidfd_open(parent)
    if os.getppid() != parent:
        sys.exit("supervisor: the parent is gone")
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, 0)  # whoever forked it may have set it, and exec keeps it
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    own = os.getpid()
    program = os.fork()
    if not program:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        if os.getppid() != own:
            sys.exit("supervisor: it was killed")
        os.setsid()
        for number in (signal.SIGINT, signal.SIGHUP):  # a job in the background, or under nohup
            signal.signal(number, signal.SIG_DFL)
        os.execv(sys.argv[3], sys.argv[3:])
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the program's, whose readers wait for their end
        os.dup2(nowhere, stream)
    send(channel, program)
    select.select([harness, channel.fileno()], [], [])
    send(channel, status(program))


def send(channel: socket.socket, number: int) -> None:
    try:
        channel.send(str(number).encode())
    except OSError:  # the harness has died
        return


def status(program: int) -> int:
    """Kill all that is below this process, the program too; the program's status."""
    found, deadline = -signal.SIGKILL, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == program:
            found = os.waitstatus_to_exitcode(ended)
        if not pid:
            for child in children():
                os.kill(child, signal.SIGKILL)
            time.sleep(LOOK_SECONDS)
    return found


def children() -> list[int]:
    """The children of this process; none of them is reaped by anybody else."""
    found = []
    with os.scandir("/proc") as entries:
        names = [entry.name for entry in entries if entry.name.isdigit()]
    for name in names:
        try:
            with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123  (pathlib is slow to import)
                parent = file.read().rpartition(b") ")[2].split()[1]
        except OSError:  # it has ended
            continue
        if int(parent) == os.getpid():
            found.append(int(name))
    return found


if __name__ == "__main__":
    main()

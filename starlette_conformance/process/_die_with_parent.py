"""Run a program that dies with the process that started it: `python guard.py PARENT PROGRAM ...`.

On Linux the kernel kills it (PR_SET_PDEATHSIG, prctl(2)), even when the parent itself is killed
outright. Elsewhere there is no such means, and the program is only started. What the program leaves
behind becomes its own child (PR_SET_CHILD_SUBREAPER), so that it is found below it as long as it
runs. SIGINT is not ignored, as it is in what a shell starts in the background: what a program makes
of it must not depend on it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent() -> None:
    """From now on this process dies with its parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """From now on orphans below this process become its children."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


if __name__ == "__main__":
    parent = int(sys.argv[1])
    die_with_parent()
    adopt_orphans()
    if os.getppid() != parent:
        sys.exit("guard: the parent is gone")
    for number in (signal.SIGINT, signal.SIGHUP):  # a job in the background, or under nohup
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.argv[2], sys.argv[2:])

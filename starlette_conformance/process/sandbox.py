"""A network with loopback and nothing else, for this process and all that it starts from now on.

Linux gives one to whoever asks, in a user namespace of its own (user_namespaces(7)), unless the
machine forbids it. Clients and servers are inside together, so they still find each other.
"""

import ctypes
import fcntl
import os
import socket
import struct
import threading
import time
from pathlib import Path

from starlette_conformance.model.errors import CannotTell

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
SECONDS = 2.0
LOOK_SECONDS = 0.01


def leave_network() -> None:
    """No way leads back. Nobody else may run in this process: a namespace is a thread's.

    Raises CannotTell.
    """
    user, group = os.geteuid(), os.getegid()
    deadline = time.monotonic() + SECONDS
    while len(list(Path("/proc/self/task").iterdir())) > 1 and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)  # a thread that was joined is still there for a moment
    if threading.active_count() > 1:
        others = ", ".join(sorted({each.name for each in threading.enumerate()[1:]}))
        raise CannotTell(
            f"--sandbox: this process has other threads ({others}), such as those of a plugin of "
            "pytest: leave that out by -p no:NAME"
        )
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    except OSError as error:
        raise CannotTell(
            f"--sandbox: this machine gives no network namespace ({error.strerror}): allow user "
            "namespaces, or run in a container without network"
        ) from None

"""Start apps from an interpreter that has imported already what all of them import: starlette, and
the modules that it is given.

It runs under the interpreter of a stack, whatever its age. Standard input is a socket of packets:
`{"words", "folder", "cwd", "variables"}` in JSON, with the descriptor for what the app writes, is
replied to with the app's process id, and `{"wait": pid}` with its status, -N where signal N ended
it. An app dies with this process, and this process ends with the socket.
"""

import array
import ctypes
import importlib
import json
import os
import runpy
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    channel = socket.socket(fileno=sys.stdin.fileno())
    del sys.path[0]  # the folder of this script, whose modules are not the app's
    for name in ("starlette.applications", *sys.argv[1:]):
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001, S112  (the app itself reports it)
            continue
    while True:
        data, given, _, _ = channel.recvmsg(65536, socket.CMSG_SPACE(4))
        if not data:
            return
        request = json.loads(data.decode())
        if "wait" in request:
            reply = status(request["wait"])
        else:
            output = array.array("i", given[0][2])[0]
            parent, reply = os.getpid(), os.fork()
            if not reply:
                channel.detach()
                become(request, output, parent)
                return
            os.close(output)
        channel.send(str(reply).encode())


def status(pid: int) -> int:
    _, found = os.waitpid(pid, 0)
    return -os.WTERMSIG(found) if os.WIFSIGNALED(found) else os.WEXITSTATUS(found)


def become(request: dict, output: int, parent: int) -> None:  # type: ignore[type-arg]
    """Be what `python <words>` is: a script with its arguments, or `-m`, a module and its."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    if os.getppid() != parent:
        sys.exit("forker: the parent is gone")
    os.setsid()
    os.chdir(request["cwd"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.environ.update(request["variables"])
    sys.path[:0] = [request["folder"]]
    sys.argv = request["words"]
    if sys.argv[0] != "-m":
        runpy.run_path(sys.argv[0], run_name="__main__")
        return
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

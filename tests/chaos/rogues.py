"""Apps that misbehave as processes, and the one verdict that each must get.

Each is started, asked once, and stopped, as a session does with its servers.
"""

import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import psutil

from starlette_conformance.http.client import Client
from starlette_conformance.model.errors import DidNotStart, DidNotStop
from starlette_conformance.process import app_server
from starlette_conformance.process.app_server import Server
from tests.miniatures.good_responses import HELLO
from tests.miniatures.raw_server import ENVIRONMENT

SECONDS = 1.0
"""What a rogue gets to stop, and one that never listens to start."""
BEGINS = 5.0
"""Before that it gets so long for its first line, which busy cores hold up."""
LATE = 12.0
"""A verdict may come so late: an interpreter is started, and the machine is shared."""

LISTENS = """
import os, signal, socket, sys, threading, time
from email.utils import formatdate
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
def runs(port):
    address = f"http://127.0.0.1:{port}"
    print(f"INFO:     Uvicorn running on {address} (Press CTRL+C to quit)", flush=True)
"""
REPLIES = f"""
def answers():
    while True:
        connection, _ = listener.accept()
        with connection:
            while connection.recv(65536):
                date = formatdate(usegmt=True).encode()
                connection.sendall({HELLO.answer!r}.replace(b"DATE", date))
threading.Thread(target=answers, daemon=True).start()
"""
SERVES = LISTENS + REPLIES + "runs(port)\n"
STAYS = "threading.Event().wait()\n"
FLOODS = """
def floods():
    while True:
        os.write(1, b"x" * 65535 + b"\\n")
threading.Thread(target=floods, daemon=True).start()
"""
CHILD = """
if os.fork() == 0:
    os.setsid()
    GONE
    threading.Event().wait()
"""
QUIET = "[os.dup2(os.open(os.devnull, os.O_WRONLY), fd) for fd in (1, 2)]"
DIES = """
runs(port)
connection, _ = listener.accept()
connection.recv(65536)
connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 19\\r\\n\\r\\nHello")
os._exit(9)
"""
OTHERS = "listener.close()\nruns(int(sys.argv[-1]))\n"
HANGS = """
def stops(*_):
    print("INFO:     Waiting for connections to close.", flush=True)
    time.sleep(600)
signal.signal(signal.SIGTERM, stops)
signal.pause()
"""


@dataclass(frozen=True)
class Rogue:
    """The source of an app, and a pattern of its verdict. It is given a port of another process."""

    source: str
    verdict: str
    starts: float = app_server.START_SECONDS


STAYED = rf"fail: .* did not end within {SECONDS:g} s of SIGTERM, so it was killed: "
LEFT = "fail: .* ended, and left processes behind, which were killed: process .*"
NEVER = rf"did not start: .* did not listen in {SECONDS:g} s: "

ROGUES = {
    "exits": Rogue("raise SystemExit('no database')", "did not start: .* status 1: no database"),
    "exits without a word": Rogue(
        "import os; os._exit(3)", r"did not start: .* status 3: \(it logged nothing\)"
    ),
    "exits amid an answer": Rogue(LISTENS + DIES, "fail: 5 of 19 bytes: closed by the server"),
    "never listens": Rogue(
        LISTENS + "print('busy', flush=True)\n" + STAYS, NEVER + "busy", SECONDS
    ),
    "answers on another's port": Rogue(
        LISTENS + OTHERS, r"did not start: .* listens on port \d+, where another process does"
    ),
    "fills its log": Rogue(SERVES + FLOODS + STAYS, "pass"),
    "fills its log, never listens": Rogue(LISTENS + FLOODS + STAYS, NEVER + "x{300}", SECONDS),
    "ignores SIGTERM": Rogue(
        SERVES + "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAYS,
        STAYED + ".* Uvicorn running on .*",
    ),
    "hangs in shutdown": Rogue(SERVES + HANGS, STAYED + ".* Waiting for connections to close."),
    "forks a child": Rogue(SERVES + CHILD.replace("GONE", "pass") + STAYS, LEFT),
    "forks one that keeps the port": Rogue(SERVES + CHILD.replace("GONE", QUIET) + STAYS, LEFT),
}
"""By what they do. One that fills its log answers as it should, and its log is kept in part."""


def judged(rogue: Rogue) -> tuple[str, float, list[str]]:
    """The verdict, the seconds that it took, and the processes that are left."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as other,
        mock.patch.multiple(app_server, START_SECONDS=rogue.starts, STOP_SECONDS=SECONDS),
    ):
        script = Path(folder) / "rogue.py"
        script.write_text(rogue.source, "utf-8")
        began = time.monotonic()
        server = Server(script, ENVIRONMENT, script.parent, [str(other.getsockname()[1])])
        try:
            server.log.wait_for(bool, BEGINS)
            said = _verdict(server)
        finally:
            server.kill()
        return said, time.monotonic() - began, _left(script)


def _verdict(server: Server) -> str:
    try:
        client = Client(server.app, ENVIRONMENT, server.port(), server.log, lambda _: None)
        response = client.get("/")
        if response != HELLO.expected:
            return f"fail: {response.response.ending}"
        server.stop_well()
    except (DidNotStart, DidNotStop) as failure:
        return f"{failure.verdict}: {failure}".replace(str(ENVIRONMENT), ENVIRONMENT.name)
    return "pass"


def _left(script: Path) -> list[str]:
    """The processes of an app that are still there after a while."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = process.cmdline()
                found += [" ".join(command)] if str(script) in command else []
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)

"""--sandbox: servers and harness have a network with loopback alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from starlette_conformance.process import sandbox
from starlette_conformance.stacks.project import ROOT
from tests.miniatures.raw_server import closes, miniature

SECONDS = 55.0
APP = """
import socket
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def reached(host, port):
    try:
        socket.create_connection((host, port), 2).close()
    except OSError as error:
        return error.strerror
    return "reached"

def out(request):
    return PlainTextResponse(f"{reached('192.0.2.1', 9)}, {reached('127.0.0.1', PORT)}")

app = Starlette(routes=[Route("/", out)])
"""
"""It connects out, and to a port of the machine's own loopback."""

SPEC = """
def test_reaches_nobody(app):
    assert app.get("/").message.body == b"Network is unreachable, Connection refused"
"""
BREAKS = """
import ctypes, errno
from starlette_conformance.model.errors import CannotTell
from starlette_conformance.process import sandbox
sandbox.CLONE_NEWNET = 0x{flags:x}
try:
    sandbox.leave_network()
except CannotTell as failure:
    print(failure)
"""

pytestmark = pytest.mark.skipif(
    subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode != 0,
    reason="no network namespace: unshare is not allowed here",
)


def ran(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    with miniature(closes(b"")) as server:
        (folder / "outward.py").write_text(APP.replace("PORT", str(server.port)))
        (folder / "out.http").write_text("GET http://x/\n")
        (folder / "test_out.py").write_text(SPEC)
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def diff(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = ["starlette_conformance", "diff", "documented", "documented-h11", *words]
    return ran(folder, *command, "--app", "outward:app", "--requests", "out.http")


def test_a_diff_in_a_sandbox_is_made_and_an_app_reaches_nobody(tmp_path: Path) -> None:
    outside = diff(tmp_path)
    assert outside.returncode == 0, outside.stdout + outside.stderr
    inside = diff(tmp_path, "--sandbox")
    assert inside.returncode == 0, inside.stdout + inside.stderr


@pytest.mark.parametrize(("option", "code"), [(["--sandbox"], 0), ([], 1)])
def test_specs_in_a_sandbox_see_an_app_that_reaches_nobody(
    option: list[str], code: int, tmp_path: Path
) -> None:
    words = [
        "-q",
        "-pno:cacheprovider",
        "-pno:rerunfailures",
        "--runs",
        "runs",
        "--app",
        "outward:app",
    ]
    done = ran(tmp_path, "pytest", "test_out.py", *words, "--stack", "documented", *option)
    assert done.returncode == code, done.stdout + done.stderr


def test_the_reference_apps_are_judged_in_a_sandbox(tmp_path: Path) -> None:
    words = ["--stack", "documented", "--sandbox", "--", "-k", "test_greets_whatever"]
    done = ran(tmp_path, "starlette_conformance", "judge", *words)
    assert done.returncode == 0, done.stdout + done.stderr


def printed(source: str) -> str:
    """By a Python of its own."""
    command = [sys.executable, "-c", source]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_a_machine_without_namespaces_is_told() -> None:
    said = printed(BREAKS.format(flags=0x1000))  # which no kernel knows
    assert said.startswith("--sandbox: this machine gives no network namespace (")


def test_threads_that_would_stay_outside_are_named() -> None:
    other = "threading.Thread(target=time.sleep, args=[9], name='a plugin', daemon=True)"
    source = f"import threading, time\n{other}.start()" + BREAKS.format(flags=sandbox.CLONE_NEWNET)
    assert printed(source).startswith(
        "--sandbox: this process has other threads (a plugin), such as"
    )

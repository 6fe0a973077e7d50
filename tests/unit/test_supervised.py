"""A program below a supervisor: its status, and that nothing of it is left, whoever is killed."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from starlette_conformance.model.errors import DidNotStart
from starlette_conformance.process import supervised
from starlette_conformance.process.supervised import SUPERVISOR, Supervised
from starlette_conformance.stacks.project import ROOT

SECONDS = 20.0
DETACHES = f"""
import os, subprocess, sys, time
daemon = "import os, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
if not os.fork():
    os.setsid()
    words = [{sys.executable!r}, "-c", "import sys; " + daemon, sys.argv[1]]
    subprocess.Popen(words, env={{}}, close_fds=True, start_new_session=True,
                     stdin=-3, stdout=-3, stderr=-3)
    os._exit(0)
os.wait()
while not (os.path.exists(sys.argv[1]) and open(sys.argv[1]).read()):
    time.sleep(0.01)
print("detached", flush=True)
time.sleep(float(sys.argv[2]))
"""
"""Leaves a daemon, which has nothing of it: no descriptor, no variable, no session."""
HARNESS = """
import os, sys
from starlette_conformance.process.supervised import Supervised
program = Supervised([sys.executable, "-c", *sys.argv[1:]], dict(os.environ), output=1)
print(program.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def lines_of(program: list[str]) -> Iterator[tuple[Supervised, list[str]]]:
    """A program, once it has printed a line."""
    reading, writing = os.pipe()
    started = Supervised([sys.executable, "-c", *program], dict(os.environ), output=writing)
    os.close(writing)
    with os.fdopen(reading) as output:
        try:
            yield started, [output.readline().strip()]
        finally:
            started.wait()


def ends(pid: int) -> bool:
    """Whether a process ends in time."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([pidfd], [], [], SECONDS)[0])
    finally:
        os.close(pidfd)


@pytest.mark.parametrize(
    ("source", "status"),
    [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 15)", -15)],
)
def test_its_status_is_that_of_the_program(source: str, status: int) -> None:
    program = Supervised([sys.executable, "-c", source], {})
    assert program.ends_within(SECONDS)
    assert [program.wait(), program.wait(), program.returncode] == [status] * 3


def test_whoever_waits_for_one_that_runs_kills_it() -> None:
    program = Supervised([sys.executable, "-c", "import time; time.sleep(600)"], {})
    assert not program.ends_within(0)
    assert program.wait() == -signal.SIGKILL


def test_a_program_that_is_not_there_says_so_on_its_output() -> None:
    reading, writing = os.pipe()
    program = Supervised(["/nonexistent/python"], {}, output=writing)
    os.close(writing)
    with os.fdopen(reading) as output:
        assert "No such file or directory" in output.read()
    assert program.wait() == 1


def test_a_daemon_ends_with_the_wait_for_the_program_that_left_it(tmp_path: Path) -> None:
    with lines_of([DETACHES, str(tmp_path / "pid"), "0"]) as (program, (line,)):
        assert line == "detached"
        daemon = psutil.Process(int((tmp_path / "pid").read_text()))
        assert program.ends_within(SECONDS)
        assert program.adopted() == [daemon]
        assert program.wait() == 0
        assert not daemon.is_running()


def test_a_daemon_ends_with_a_harness_that_is_killed_outright(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HARNESS, DETACHES, str(tmp_path / "pid"), "600"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as harness:
        assert harness.stdout is not None
        lines = {harness.stdout.readline().strip() for _ in range(2)}
        (program,) = map(int, lines - {b"detached"})
        harness.kill()
    assert ends(program)
    assert ends(int((tmp_path / "pid").read_text()))


def test_a_program_ends_with_its_supervisor(tmp_path: Path) -> None:
    with lines_of([DETACHES, str(tmp_path / "pid"), "600"]) as (program, _):
        daemon = psutil.Process(int((tmp_path / "pid").read_text()))
        supervisor = psutil.Process(program.pid).parent()
        assert supervisor is not None
        supervisor.kill()
        assert program.ends_within(SECONDS)
        assert program.wait() == -signal.SIGKILL
        daemon.kill()


def test_a_supervisor_that_says_nothing_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = tmp_path / "silent.py"
    silent.write_text("raise SystemExit(3)")
    monkeypatch.setattr(supervised, "SUPERVISOR", silent)
    program = Supervised(["/bin/true"], {})
    with pytest.raises(DidNotStart, match="/bin/true: its supervisor ended"):
        program.pid  # noqa: B018
    assert program.wait() == -signal.SIGKILL


def test_no_program_starts_for_a_harness_that_is_gone_already() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(SUPERVISOR), "1", str(theirs.fileno()), "/bin/true"],
            pass_fds=[theirs.fileno()],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "supervisor: the parent is gone\n")

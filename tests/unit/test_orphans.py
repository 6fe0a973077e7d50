"""Who holds what a server had: only what another process can write to counts."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette_conformance.process.launch import guarded
from starlette_conformance.process.orphans import (
    below,
    holders,
    kill_holders,
    kill_left,
    listeners,
    none_left,
    opened,
)

WAITS = "import signal; print(flush=True); signal.pause()"


@contextmanager
def with_open(*descriptors: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has inherited these."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS], stdout=subprocess.PIPE, pass_fds=descriptors
    )
    with process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_a_listener_is_found_by_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        (link,) = listeners(port)
        assert link in opened(os.getpid())
        assert holders({link}) == []  # this process is not another one
        with with_open(listener.fileno()) as process:
            assert holders({link}) == [process.pid]
            assert kill_holders({link}) == [process.pid]
            assert process.wait() == -9
    assert listeners(port) == set()


def test_whoever_only_reads_a_pipe_is_left_alone() -> None:
    reading, writing = os.pipe()
    link = str(Path(f"/proc/self/fd/{writing}").readlink())
    with with_open(reading) as reader:
        with with_open(writing) as writer:
            assert holders({link}) == [writer.pid]
            assert kill_holders({link}) == [writer.pid]
        assert reader.poll() is None
    os.close(reading)
    os.close(writing)


def test_nothing_is_held_by_a_process_that_has_ended() -> None:
    with with_open() as process:
        process.kill()
        process.wait()
        assert list(opened(process.pid)) == []
    assert holders(set()) == []


DAEMON = """
import os, sys, time
if not os.fork():
    os.setsid()
    if not os.fork():
        for number in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        time.sleep(60)
    os._exit(0)
os.wait()
print("served", flush=True)
sys.stdin.read()
"""
"""A program that leaves a daemon, which holds nothing of it, and runs until its input ends."""


def test_a_daemon_is_found_below_the_program_that_left_it() -> None:
    command = guarded([sys.executable, "-c", DAEMON])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (daemon,) = below(process.pid)
        assert daemon.ppid() == process.pid
        (named,) = kill_left([daemon])
    assert named.startswith(f"process {daemon.pid} ({sys.executable} -c")
    daemon.wait(10)
    assert kill_left([daemon]) == []


def test_what_a_program_left_is_killed_and_named_and_what_was_there_is_not() -> None:
    with with_open() as before:
        with none_left(0.2) as left:
            command = guarded([sys.executable, "-c", DAEMON])
            with subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as process:
                process.communicate(b"")
        assert len(left) == 1
        assert before.poll() is None
    with none_left(0.2) as left:
        subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert left == []


def test_a_program_hears_the_signals_that_a_job_in_the_background_ignores() -> None:
    heard = (
        "import signal as s; print(*(s.getsignal(n) == s.SIG_DFL for n in (s.SIGINT, s.SIGHUP)))"
    )
    script = f"""
import signal, subprocess, sys
from starlette_conformance.process.launch import guarded
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
subprocess.run(guarded([sys.executable, "-c", {heard!r}]), check=True, timeout=20)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("False True\n", "")

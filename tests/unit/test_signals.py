"""How a verb is interrupted: once, at once, with all that it started, and though it was lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from starlette_conformance.process.launch import guarded
from starlette_conformance.stacks.project import ROOT

SECONDS = 20.0
VERB = """
import signal, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
from starlette_conformance.stacks import project
from starlette_conformance.__main__ import main
from starlette_conformance.stacks.tempdirs import scratch

def waits():
    with scratch() as folder, ThreadPoolExecutor(1) as pool:
        print(folder, flush=True)
        pool.submit(subprocess.run, ["sleep", "60"])
        time.sleep(60)

project.catalogue = waits
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may be who runs the tests
sys.exit(main(["stacks"]))
"""
"""A verb with a folder, and a thread that waits for a process of its own."""

PROGRAM = """
import os, signal, subprocess, threading, time
from starlette_conformance.process.signals import Interrupted, interruptible

signal.signal(signal.{number}, signal.SIG_DFL)  # what runs in the background ignores SIGINT

class Finalizer:
    def __del__(self):
        os.kill(os.getpid(), signal.{number})
        time.sleep(0.05)

def lost():
    Finalizer()
    time.sleep(20)

def tidies():
    try:
        os.kill(os.getpid(), signal.{number})
        time.sleep(20)
    finally:
        time.sleep(1.6)  # longer than it takes to be sent again
        print("tidied", flush=True)

def starts():
    going = threading.Event()
    def start():
        going.wait()
        print(subprocess.run(["sleep", "20"], check=False).returncode, flush=True)
    thread = threading.Thread(target=start)
    thread.start()
    try:
        os.kill(os.getpid(), signal.{number})
        time.sleep(20)
    finally:
        going.set()
        thread.join()

try:
    with interruptible():
        {case}()
except Interrupted as error:
    print(error, error.exit_code)
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize(
    ("case", "said"), [("lost", []), ("tidies", ["tidied"]), ("starts", ["-9"])]
)
def test_it_is_raised_again_where_it_was_lost_and_kills_what_starts_later(
    number: str, case: str, said: list[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(number=number, case=case)],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env=os.environ.copy(),
    )
    code = 128 + getattr(signal, number)
    assert done.stdout.splitlines() == [*said, f"interrupted by {number} {code}"], done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("by", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_a_verb_its_processes_and_its_folders(
    by: signal.Signals, status: int
) -> None:
    with subprocess.Popen(
        guarded([sys.executable, "-c", VERB]),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        started = _children(process.pid)
        for _ in range(3):  # more than once is as once
            process.send_signal(by)
        _, said = process.communicate(timeout=SECONDS)
    assert (process.returncode, said) == (status, "interrupted\n")
    assert not folder.exists()
    assert not any(each.is_running() for each in started)


def test_what_ignores_a_hangup_still_does() -> None:
    asks = (
        "from starlette_conformance.process.signals import *\n"
        "with interruptible(): print(signal.getsignal(1))"
    )
    done = subprocess.run(
        ["nohup", sys.executable, "-c", asks], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{signal.SIG_IGN}\n"


def _children(pid: int) -> list[psutil.Process]:
    deadline = time.monotonic() + SECONDS
    while not (found := psutil.Process(pid).children()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found

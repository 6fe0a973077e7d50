"""A signal interrupts once, is not lost, and ends what is started while its verb tidies up."""

import os
import signal
import subprocess
import sys

import pytest

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
